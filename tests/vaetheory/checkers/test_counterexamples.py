"""Counterexamples are as simple as they get: no draw of theirs can be replaced by a simpler one."""

from __future__ import annotations

import pytest

from tests.vaetheory.checkers.statements import FALSE
from vaetheory.checkers import counterexamples, exact
from vaetheory.checkers.counterexamples import Found
from vaetheory.language.statements import Statement


def shrunk(statement: Statement, patch: pytest.MonkeyPatch) -> Found:
    """What the checker shrinks a failure of the statement to."""
    kept: list[Found] = []
    inner = counterexamples.shrunk

    def watched(found: Found, ends: float | None) -> Found:
        kept.append(inner(found, ends))
        return kept[-1]

    patch.setattr(exact, "shrunk", watched)
    exact.check(statement)
    (found,) = kept
    return found


@pytest.mark.parametrize("name", ["kl turned", "gap dropped", "entropy's sign"])
def test_no_draw_can_be_replaced_by_a_simpler_one(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = shrunk(FALSE[name], monkeypatch)
    draws = found.world.draws
    keys = [key for key in draws.taken if key[0] in counterexamples._ORDER]
    assert keys
    for key in keys:
        for simpler in counterexamples._simpler(key, draws.taken[key], draws.spaces.get(key)):
            other = counterexamples._replaced(found, key, simpler)
            assert other is None or other.cost >= found.cost, (key, simpler)
