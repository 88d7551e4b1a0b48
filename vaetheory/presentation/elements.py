"""The small parts that pages are made of: elements, badges, tables."""

from __future__ import annotations

from xml.etree import ElementTree as etree

# What each kind of evidence means, in a breath; the page on verification says it in full.
KINDS = {
    "proof": "both sides have one normal form, or their difference is a sum of non-negative terms",
    "exact": "equal in random finite worlds, decided in exact arithmetic",
    "closed form": "left − right reduces to 0 with free parameters",
    "quadrature": "numerical integration agrees within the stated tolerance",
    "Monte Carlo": "estimates of both sides agree at a stated false-alarm rate",
}


def child(
    parent: etree.Element, tag: str, text: str = "", class_: str = "", **attributes: str
) -> etree.Element:
    """A new element at the end of `parent`; its text goes through Markdown's inline patterns."""
    element = etree.SubElement(parent, tag, {**({"class": class_} if class_ else {}), **attributes})
    element.text = text
    return element


def badge(parent: etree.Element, kind: str) -> None:
    """The mark of a kind of evidence, with its meaning as a title."""
    slug = kind.lower().replace(" ", "-")
    child(parent, "span", kind, f"badge badge-{slug}", title=KINDS[kind])


def table(parent: etree.Element, name: str, heads: tuple[str, ...]) -> etree.Element:
    """A table that scrolls inside its own frame where the page is narrow; its body is returned."""
    frame = child(parent, "div", class_=f"table-frame {name}-frame", tabindex="0", role="region")
    frame.set("aria-label", f"Table: {name}")
    element = child(frame, "table", class_=name)
    row = child(child(element, "thead"), "tr")
    for head in heads:
        child(row, "th", head, scope="col")
    return child(element, "tbody")
