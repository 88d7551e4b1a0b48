"""Badges that open the figures behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree as etree

from vaetheory.presentation.elements import KINDS, badge, child
from vaetheory.presentation.figures import in_words


def badges(parent: etree.Element, kinds: Iterable[str]) -> None:
    """The marks of the kinds, in a row."""
    group = child(parent, "span", class_="badges")
    for kind in kinds:
        badge(group, kind)


def opening(
    parent: etree.Element,
    kinds: Iterable[str],
    figures: Mapping[str, Mapping[str, Any]],
    after: str = "",
) -> None:
    """The badges, which unfold what was tried, how often and how finely for each kind.

    `after` is a last line below the figures. No script is needed, and keys open it.
    """
    kinds = list(kinds)
    if not kinds:
        return
    details = child(parent, "details", class_="behind")
    badges(child(details, "summary"), kinds)
    items = child(details, "dl")
    for kind in kinds:
        child(items, "dt", kind)
        said = in_words(kind, dict(figures[kind])) if kind in figures else ""
        child(items, "dd", said or KINDS[kind])
    if after:
        child(details, "p", after)
