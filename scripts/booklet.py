"""Typeset the written answers as one PDF, from the same pages as the site.

Usage: python scripts/booklet.py [TARGET.pdf]      (default: dist/hw4_vae.pdf)

Of each homework page the booklet takes the question, the answers and the derivations; hints, the
figures of the evidence, mistakes and code stay on the site. Mathematics is rendered by KaTeX before
the page is printed by Chromium, so nothing is loaded from anywhere.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import browser
import build_site
import markdown
from mkdocs.config import load_config

from vaetheory.presentation.markdown import DerivationExtension

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
LEFT_OUT = {"Evidence", "Common mistakes", "In the code", "Experiment", "Touch it", "Exercises"}
_HEADING = re.compile(r"^(#+) (.*)$")
_LINK = re.compile(r"\]\((?:\.\./)?(?:[a-z0-9-]+/)?([a-z0-9-]+)\.md(?:#([a-z0-9-]+))?\)")
_FOLDED = re.compile(r"^\?\?\? .*\n(?:\n|    .*\n)*", re.MULTILINE)
# The width between the margins of an A4 page at 96 pixels an inch.
WIDTH = round((210 - 2 * 22) / 25.4 * 96)
# A line too long for its column takes the whole width; one too long for that is set smaller.
FIT = """() => document.querySelectorAll(".formula").forEach((formula) => {
  const over = () => formula.scrollWidth / formula.clientWidth;
  if (over() > 1 && formula.parentElement.matches(".step")) {
    formula.parentElement.classList.add("step-wide");
  }
  if (over() > 1) formula.style.fontSize = `${98 / over()}%`;
})"""
FOOTER = """<div style="font: 8px sans-serif; width: 100%; text-align: center; color: #555">
<span class="pageNumber"></span></div>"""


def homework_pages() -> list[Path]:
    """The pages of the homework in the order of the navigation."""
    config = load_config(str(ROOT / "mkdocs.yml"))
    section = next(entry["The homework"] for entry in config["nav"] if "The homework" in entry)
    files = [next(iter(entry.values())) for entry in section if isinstance(entry, dict)]
    return [DOCS / file for file in files if not file.endswith("hand-in.md")]


def chosen(text: str) -> str:
    """The page without its folded hints and without the sections that stay on the site."""
    kept: list[str] = []
    dropping = 0
    for line in _FOLDED.sub("", text).splitlines():
        heading = _HEADING.match(line)
        if heading and (not dropping or len(heading[1]) <= dropping):
            dropping = len(heading[1]) if heading[2].strip() in LEFT_OUT else 0
        if not dropping:
            kept.append(line)
    return "\n".join(kept)


def anchored(text: str, stem: str) -> str:
    """The page's title carries its name, and links to other pages lead inside the booklet."""
    text = _LINK.sub(lambda found: f"](#{found[2] or 'page-' + found[1]})", text)
    return re.sub(r"^# (.*)$", rf"# \1 {{ #page-{stem} }}", text, count=1, flags=re.MULTILINE)


def document() -> str:
    """The booklet as one HTML page; its stylesheets are given by file address."""
    parts = [
        anchored(chosen(page.read_text(encoding="utf-8")), page.stem) for page in homework_pages()
    ]
    references = (DOCS / "references.md").read_text(encoding="utf-8").split("\n", 3)[3]
    parts.append("# References { #page-references }\n\n" + references)
    extension = DerivationExtension(
        root=str(ROOT),
        node_modules=str(ROOT / "scripts" / "node" / "node_modules"),
        cache=str(ROOT / ".cache"),
    )
    body = markdown.markdown(
        "\n\n".join(parts),
        extensions=["admonition", "attr_list", "md_in_html", "tables", "toc", extension],
    )
    sheets = ("katex/katex.min.css", "serif/faces.css", "site.css", "booklet.css")
    links = "\n".join(
        f'<link rel="stylesheet" href="{(DOCS / "assets" / sheet).as_uri()}">' for sheet in sheets
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Variational autoencoders: the answers</title>
{links}</head>
<body data-md-color-scheme="default" class="booklet"><header>
<p class="booklet-title">Variational autoencoders</p>
<p class="booklet-subtitle">The written answers. A machine has checked every derivation in
them, line by line.</p>
</header><main class="md-typeset">{body}</main></body></html>"""


def main(arguments: list[str]) -> int:
    """Write the PDF and print its path."""
    target = Path(arguments[0]) if arguments else ROOT / "dist" / "hw4_vae.pdf"
    build_site.copy_assets()
    page = ROOT / ".cache" / "booklet.html"
    page.parent.mkdir(exist_ok=True)
    page.write_text(document(), encoding="utf-8")
    target.parent.mkdir(parents=True, exist_ok=True)
    with browser.chromium() as chromium:
        tab = chromium.new_page(viewport={"width": WIDTH, "height": 1000})
        tab.emulate_media(media="print")
        tab.goto(page.as_uri())
        tab.evaluate("document.fonts.ready")
        tab.evaluate(FIT)
        tab.pdf(
            path=target,
            format="A4",
            margin={"top": "20mm", "bottom": "20mm", "left": "22mm", "right": "22mm"},
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOTER,
            outline=True,
            tagged=True,
        )
    print(target)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
