"""The terms that the derived objectives are made of, and the plausible wrong ones beside them."""
