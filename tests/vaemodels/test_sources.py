"""Named datasets: the shipped digits, own folders, and downloads from a server on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from vaemodels import idx, sources
from vaemodels.errors import DataError
from vaemodels.sources import IMAGES, LABELS, Source


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        return


class Server:
    """A folder served on the loopback interface, and the source that it stands for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        rng = np.random.default_rng(0)
        digests = {}
        for split, count in (("train", 30), ("test", 10)):
            images = rng.integers(0, 256, (count, 4, 4), dtype=np.uint8)
            labels = (np.arange(count) % 10).astype(np.uint8)
            digests[IMAGES[split]] = idx.write(folder / IMAGES[split], images)
            digests[LABELS[split]] = idx.write(folder / LABELS[split], labels)
        handler = partial(Quiet, directory=str(folder))
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.source = Source(
            name="small",
            classes=tuple("0123456789"),
            url=f"http://127.0.0.1:{self.server.server_port}/",
            sha256=digests,
            licence="made up",
        )


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    folder = tmp_path / "served"
    folder.mkdir()
    monkeypatch.setenv("VAEMODELS_CACHE", str(tmp_path / "cache"))
    running = Server(folder)
    yield running
    running.server.shutdown()
    running.server.server_close()


def cached(tmp_path: Path) -> list[str]:
    folder = tmp_path / "cache" / "small"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_the_shipped_digits_are_balanced_and_whole() -> None:
    folder = sources.locate(sources.DIGITS, None)
    for split, per_class in (("train", 1000), ("test", 200)):
        images, labels = sources.load(sources.DIGITS, split, folder)
        assert images.shape == (10 * per_class, 28, 28)
        assert np.bincount(labels).tolist() == [per_class] * 10
    assert sum(path.stat().st_size for path in folder.iterdir()) < 3_000_000
    assert "CC" in (folder / "LICENSE.md").read_text() or "Creative" in (
        folder / "LICENSE.md"
    ).read_text(encoding="utf-8")


def test_a_download_is_checked_and_kept(server: Server, tmp_path: Path) -> None:
    folder = sources.locate(server.source, None)
    images, labels = sources.load(server.source, "train", folder)
    assert images.shape == (30, 4, 4)
    assert labels.shape == (30,)
    assert cached(tmp_path) == sorted(server.source.sha256)
    server.server.shutdown()
    assert sources.locate(server.source, None) == folder


def test_a_download_shows_progress(server: Server) -> None:
    shown: list[str] = []

    class Bar:
        total: float = 0

        def update(self, n: int) -> None:
            shown.append(f"{n}")

        def reset(self) -> None:
            shown.append("reset")

        def close(self) -> None:
            shown.append("close")

    def progress(name: str) -> sources.DownloadProgress:
        shown.append(name)
        return Bar()

    sources.locate(server.source, None, progress)
    assert [word for word in shown if word.endswith(".gz")] == list(server.source.sha256)
    assert shown.count("close") == 4


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def corrupt(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))


def swap(path: Path) -> None:
    idx.write(path, np.zeros((30, 4, 4), np.uint8))


def page(path: Path) -> None:
    path.write_text("<html>Please log in to the network</html>")


@pytest.mark.parametrize("damage", [truncate, corrupt, swap, page])
def test_a_bad_download_is_never_used(server: Server, tmp_path: Path, damage) -> None:
    damage(server.folder / IMAGES["train"])
    with pytest.raises(DataError, match="was refused"):
        sources.locate(server.source, None)
    assert IMAGES["train"] not in cached(tmp_path)
    assert not any(name.endswith(".partial") for name in cached(tmp_path))


def test_a_missing_file_on_the_server_is_said(server: Server, tmp_path: Path) -> None:
    (server.folder / LABELS["test"]).unlink()
    with pytest.raises(DataError, match=r"could not be downloaded \(404.*--data-dir"):
        sources.locate(server.source, None)
    assert LABELS["test"] not in cached(tmp_path)


def test_no_connection_is_said(server: Server) -> None:
    server.server.shutdown()
    server.server.server_close()
    with pytest.raises(DataError, match=r"could not be downloaded.*--data-dir"):
        sources.locate(server.source, None)


@pytest.mark.parametrize("below", ["", "small"])
def test_own_folder_is_found_and_checked(server: Server, tmp_path: Path, below: str) -> None:
    own = tmp_path / "own"
    (own / below).mkdir(parents=True)
    for name in server.source.sha256:
        (own / below / name).write_bytes((server.folder / name).read_bytes())
    folder = sources.locate(server.source, own)
    assert folder == own / below
    truncate(folder / LABELS["train"])
    with pytest.raises(DataError, match="truncated or corrupt"):
        sources.load(server.source, "train", folder)
    assert cached(tmp_path) == []


def test_an_empty_folder_is_refused(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds neither train-images.* nor small/"):
        sources.locate(server.source, tmp_path)


def test_labels_must_fit_images(tmp_path: Path) -> None:
    digests = {
        IMAGES["train"]: idx.write(tmp_path / IMAGES["train"], np.zeros((3, 4, 4), np.uint8)),
        LABELS["train"]: idx.write(tmp_path / LABELS["train"], np.zeros(2, np.uint8)),
    }
    source = Source(name="odd", classes=(), url="", sha256=digests, licence="")
    with pytest.raises(DataError, match=r"\(3, 4, 4\) do not fit labels of shape \(2,\)"):
        sources.load(source, "train", tmp_path)
