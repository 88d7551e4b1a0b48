"""Loss functions written for these tests in the styles that people use, with the truth known."""
