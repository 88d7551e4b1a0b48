"""The built site, served on this machine, and a Chromium to look at it with."""

from __future__ import annotations

import functools
import http.server
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import browser
import pytest
from playwright.sync_api import Browser, BrowserContext

ROOT = Path(__file__).parents[2]
# Milliseconds for what a page is to do: a busy machine fails no test.
PATIENCE = 120_000


@dataclass(frozen=True)
class Site:
    """A built site: its folder, the address it is served at, and what the build printed."""

    folder: Path
    address: str
    output: str

    @property
    def pages(self) -> list[str]:
        """The path of every page."""
        return sorted(p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*.html"))


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing about requests."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Server(http.server.ThreadingHTTPServer):
    # A page asks for more at once than the five that wait by default.
    request_queue_size = 128


@contextmanager
def _serving(folder: Path, port: int) -> Iterator[None]:
    handler = functools.partial(_Quiet, directory=str(folder))
    with _Server(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site as `make site` builds it, with the address at which it is served here.

    BUILT_SITE names a folder with a site that has been built already, to try tests out on.
    """
    if ready := os.environ.get("BUILT_SITE"):
        told = re.search(
            r"<loc>(http://127\.0\.0\.1:(\d+)/)", Path(ready, "sitemap.xml").read_text()
        )
        assert told is not None, "build it with SITE_URL=http://127.0.0.1:PORT/"
        with _serving(Path(ready), int(told[2])):
            yield Site(Path(ready), told[1], "Documentation built")
        return
    folder = tmp_path_factory.mktemp("site")
    port = _free_port()
    address = f"http://127.0.0.1:{port}/"
    built = subprocess.run(
        [sys.executable, "scripts/build_site.py", "build", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "SITE_URL": address, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    with _serving(folder, port):
        yield Site(folder, address, built.stdout + built.stderr)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Headless Chromium, patient in every context; the tests that need it are skipped where there
    is none, but not in CI."""
    if browser.executable() is None and not os.environ.get("CI"):
        pytest.skip("no Chromium: `make browser` installs it")
    with browser.chromium() as running, pytest.MonkeyPatch.context() as patch:
        impatient = running.new_context

        def new_context(**options: Any) -> BrowserContext:
            context = impatient(**options)
            context.set_default_timeout(PATIENCE)
            return context

        patch.setattr(running, "new_context", new_context)
        yield running
