"""The list of what cannot be read is true: nothing on it is decided, and a reason is said."""

from __future__ import annotations

import pytest

from vaetheory.review.limits import LIMITS, Limit, outcome, table


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.construct)
def test_every_limit_is_still_one(limit: Limit) -> None:
    verdict, why = outcome(limit)
    assert verdict in ("unread", "undecided")
    assert why


def test_the_table_has_a_row_for_each() -> None:
    assert len(table().splitlines()) == len(LIMITS) + 2
