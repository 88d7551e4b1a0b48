"""The Python-Markdown extension of the site: mathematics, and theorems as they were checked.

A directive stands on a line of its own:

    {{ answer elbo-identity }}        the written answer, as Markdown
    {{ statement elbo-identity }}     the statement with the kinds of its evidence
    {{ derivation elbo-identity }}    every line with its rule and evidence
    {{ evidence elbo-identity }}      the figures behind each kind
    {{ mistakes elbo-identity }}      what goes wrong, why, and what refutes it
    {{ theorems }}                    the table of all of them
    {{ graph }}                       which of them lean on which, as a drawing
    {{ notation }}                    what the densities are called
    {{ experiment two-terms }}        what an experiment found, from its result file
    {{ experiments }}                 the table of all of them
    {{ widget explorer }}             a thing to touch, as a figure until its script runs
    {{ rules }}                       every rule of inference
    {{ source vaemodels.objectives:elbo }}   the real source, with file and lines
    {{ beside vaemodels.objectives:elbo }}   the same, each group of lines beside its equation
    {{ beside tests }}                the tests that hold those equations

A theorem that is unknown or does not hold, a mistake that nothing refutes, TeX that KaTeX refuses
and a source that is gone each raise an error, and so stop the build.

MkDocs loads it by import path; the options are `node_modules` (where npm's katex lies), `root` (of
the repository), `cache` (a folder for the report) and `seed`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as etree

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from vaetheory.presentation import beside, katex, sources
from vaetheory.presentation.derivations import Writer
from vaetheory.presentation.evidence import Evidence, PageError, TheoremLibrary, library_report
from vaetheory.presentation.experiments import RESULTS, ExperimentWriter
from vaetheory.presentation.maths import DisplayMaths, InlineMaths
from vaetheory.presentation.touch import WidgetWriter

DIRECTIVE = re.compile(r"^(?P<indent> *)\{\{ *(?P<verb>[a-z]+)(?: +(?P<what>[^ }]+))? *\}\}$")
_FENCE = re.compile(r"^ *(?P<mark>`{3,}|~{3,})")


class TextDirectives(Preprocessor):
    """Replaces `answer` and `source` by Markdown, outside fenced code, before all else is read."""

    def __init__(self, md: Markdown, extension: DerivationExtension) -> None:
        super().__init__(md)
        self._extension = extension

    def run(self, lines: list[str]) -> list[str]:
        out: list[str] = []
        fence = ""
        for line in lines:
            mark = _FENCE.match(line)
            if mark and not fence:
                fence = mark["mark"]
            elif mark and mark["mark"].startswith(fence):
                fence = ""
            directive = None if fence else DIRECTIVE.match(line)
            out += self._expanded(directive, line) if directive else [line]
        return out

    def _expanded(self, directive: re.Match[str], line: str) -> list[str]:
        match directive["verb"], directive["what"]:
            case "answer", str(name):
                text = self._answer(name)
            case "source", str(name):
                text = self._source(name)
            case "beside", "tests":
                text = beside.tests_text(self._extension.root())
            case "beside", str(name):
                text = beside.page_text(self._extension.root(), name)
            case _:
                return [line]
        return ["", *(directive["indent"] + new for new in text.splitlines()), ""]

    def _answer(self, name: str) -> str:
        evidence = self._extension.evidence()
        evidence.entry(name)
        answer: str = evidence.library.get(name).answer
        return answer.strip()

    def _source(self, name: str) -> str:
        source = sources.find(self._extension.root(), name)
        title = f"{source.file}, lines {source.first}–{source.last}"
        head = f'````python title="{title}" linenums="{source.first}"'
        return f"{head}\n{source.text}\n````"


class BlockDirectives(BlockProcessor):
    """Replaces the other directives by elements."""

    def __init__(self, md: Markdown, extension: DerivationExtension) -> None:
        super().__init__(md.parser)
        self._extension = extension

    def test(self, parent: etree.Element, block: str) -> bool:
        return DIRECTIVE.match(block.strip()) is not None

    def run(self, parent: etree.Element, blocks: list[str]) -> None:
        block = blocks.pop(0).strip()
        directive = DIRECTIVE.match(block)
        assert directive is not None
        writer = self._extension.writer()
        about_one: dict[str, Callable[[etree.Element, str], None]] = {
            "derivation": writer.derivation,
            "statement": writer.statement,
            "evidence": writer.evidence,
            "mistakes": writer.mistakes,
            "experiment": self._extension.experiments().experiment,
            "widget": self._extension.widgets().widget,
        }
        about_all = {
            "theorems": writer.theorems,
            "graph": writer.graph,
            "notation": writer.notation,
            "rules": writer.rules,
            "experiments": self._extension.experiments().experiments,
        }
        verb, what = directive["verb"], directive["what"]
        if verb in about_all and not what:
            about_all[verb](parent)
        elif verb in about_one and what:
            about_one[verb](parent, what)
        else:
            raise PageError(f"cannot read the directive {block!r}")


class DerivationExtension(Extension):
    """Directives and mathematics; `library` replaces `vaetheory.theorems` in tests."""

    def __init__(self, library: TheoremLibrary | None = None, **kwargs: Any) -> None:
        self._library = library
        self._md: Markdown
        self.config = {
            "node_modules": ["scripts/node/node_modules", "folder of the npm package katex"],
            "root": [".", "root of the repository, for {{ source }}"],
            "cache": [".cache", "folder that keeps the report between builds"],
            "seed": [0, "seed of the random worlds"],
        }
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register everything with `md`."""
        self._md = md
        renderer = self._katex()
        # Before fenced code (25) and after line ends are made alike (30).
        md.preprocessors.register(TextDirectives(md, self), "vaetheory-text", 28)
        md.parser.blockprocessors.register(BlockDirectives(md, self), "vaetheory-blocks", 175)
        md.parser.blockprocessors.register(DisplayMaths(md, renderer), "vaetheory-display", 174)
        # Before backslash escapes (180), which would eat the backslashes of TeX; after code (190).
        md.inlinePatterns.register(InlineMaths(md, renderer), "vaetheory-inline", 185)

    def root(self) -> Path:
        """The root of the repository."""
        return Path(self.getConfig("root"))

    def evidence(self) -> Evidence:
        """The report, computed or read from the cache at the first directive that needs it."""
        seed = int(self.getConfig("seed"))
        if self._library is not None:
            return Evidence(self._library, self._library.report(seed=seed))
        from vaetheory import theorems

        return Evidence(theorems, library_report(Path(self.getConfig("cache")), seed))

    def writer(self) -> Writer:
        """The writer of a page's blocks."""
        return Writer(self._md, self._katex(), self.evidence)

    def experiments(self) -> ExperimentWriter:
        """The writer of experiments."""
        return ExperimentWriter(self._md, self.root() / RESULTS)

    def widgets(self) -> WidgetWriter:
        """The writer of things to touch."""
        return WidgetWriter(self._md, self.root() / RESULTS.parent)

    def _katex(self) -> katex.KaTeX:
        return katex.shared(Path(self.getConfig("node_modules")))


def makeExtension(**kwargs: Any) -> DerivationExtension:
    """The entry point that Python-Markdown looks for."""
    return DerivationExtension(**kwargs)
