"""What is not held against a line where no row of the corpus can say it; blanks without end."""

from __future__ import annotations

import time

import pytest

from vaetheory.review import check
from vaetheory.review.cases import _end_of_sentence


def test_a_second_slip_directly_behind_a_wrong_line_is_left_open() -> None:
    report = check(
        r"""\begin{align*}
        \log p(y\mid x) &= \log p(y,z\mid x) - \log p(z\mid x)\\
        &= \mathbb{E}_{q(z|x,y)}[\log p(y,z|x)] - \mathbb{E}_{q(z|x,y)}[\log p(z|x)]
        \end{align*}"""
    )
    assert [line.verdict for line in report.lines] == ["fails", "undecided"]
    assert report.verdict == "fails"


def test_what_follows_from_a_wrong_line_says_from_which() -> None:
    wrong = r"$$\log p(x) = E_{q(z)}[\log p(x,z)]$$"
    twice = r"$$2\log p(x) = 2E_{q(z)}[\log p(x,z)]$$"
    report = check(wrong + "\n\n" + twice)
    assert [line.verdict for line in report.lines] == ["fails", "holds"]
    assert "follows from line 1, which is wrong" in report.lines[1].why
    other = check(wrong + "\n\n" + r"$$\log p(x) = E_{q(z)}[\log p(x|z)]$$")
    assert [line.verdict for line in other.lines] == ["fails", "fails"]


@pytest.mark.parametrize("blank", ["\n", " \n", "\n\t", "."])
def test_blanks_without_end_take_no_time(blank: str) -> None:
    started = time.process_time()
    _end_of_sentence("x" + blank * 200_000 + "y", 1)
    report = check("$x = 1$" + blank * 200_000 + r"$$\log p(x) = \log p(z)$$")
    assert time.process_time() - started < 5
    assert report.lines


def test_a_line_that_states_its_own_independence_is_assumed() -> None:
    report = check(r"$$p(a,v|z) = p(a|z)\,p(v|z)$$")
    assert [line.verdict for line in report.lines] == ["assumed"]
