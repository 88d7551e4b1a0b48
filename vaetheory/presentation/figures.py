"""The figures behind a piece of evidence, in words: `worlds 200; z 0.43`."""

from __future__ import annotations

from typing import Any

HIDDEN = ("holds", "why")


def in_words(figures: dict[str, Any]) -> str:
    """The figures of one kind of evidence; what it cannot tell is explained last."""
    shown = (f"{_name(key)} {_value(value)}" for key, value in figures.items() if key not in HIDDEN)
    return ". ".join(filter(None, ["; ".join(shown), str(figures.get("why", ""))]))


def _name(key: str) -> str:
    return key.replace("_", " ")


def _value(value: Any) -> str:
    """At most four significant digits; lists and tables on one line."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    if isinstance(value, dict):
        return ", ".join(f"{_name(key)} {_value(item)}" for key, item in value.items())
    return str(value)
