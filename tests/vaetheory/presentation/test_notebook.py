"""Notebook formatters and the plain REPL."""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell

import vaetheory
from vaetheory import theorems


def _formatted(thing: object) -> dict[str, str]:
    shell = InteractiveShell()
    vaetheory.load_ipython_extension(shell)
    data, _ = shell.display_formatter.format(thing)
    return dict(data)


def test_a_statement_is_mathematics_in_a_notebook() -> None:
    data = _formatted(theorems.get("elbo-identity").statement)
    assert data["text/latex"].startswith("$")
    assert r"\mathrm{KL}" in data["text/latex"]
    assert data["text/plain"].startswith("log p(x) = ELBO")


def test_subclasses_of_expression_are_found() -> None:
    data = _formatted(theorems.get("elbo-identity").statement.right)
    assert r"\mathrm{ELBO}" in data["text/latex"]


def test_a_derivation_is_an_aligned_block_with_its_rules() -> None:
    derivation = theorems.get("elbo-identity").derivation
    data = _formatted(derivation)
    assert data["text/latex"].count(r"\\") == len(derivation.steps)
    assert "Normalization" in data["text/latex"]


def test_a_theorem_shows_its_answer() -> None:
    theorem = theorems.get("elbo-bound")
    assert theorem.answer in _formatted(theorem)["text/markdown"]


def test_the_repl_prints_one_line_for_each_step() -> None:
    derivation = theorems.get("elbo-identity").derivation
    lines = repr(derivation).splitlines()
    assert len(lines) == 1 + len(derivation.steps)
    assert lines[1].startswith("= ∫ q(z|x) log p(x) dz")
    assert next(iter(derivation)).rule == "normalization"
