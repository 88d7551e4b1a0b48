"""Where the named datasets come from: files, digests, licences, and how they are fetched.

Digests are of the *uncompressed* IDX content, so that a file is recognised whoever compressed it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urljoin

import numpy as np
from numpy.typing import NDArray

from vaemodels import idx
from vaemodels.errors import DataError

IMAGES = {"train": "train-images-idx3-ubyte.gz", "test": "t10k-images-idx3-ubyte.gz"}
LABELS = {"train": "train-labels-idx1-ubyte.gz", "test": "t10k-labels-idx1-ubyte.gz"}


class DownloadProgress(Protocol):
    """What pooch asks of a progress bar."""

    total: float

    def update(self, n: int) -> None: ...
    def reset(self) -> None: ...
    def close(self) -> None: ...


ProgressFactory = Callable[[str], DownloadProgress]


@dataclass(frozen=True, kw_only=True)
class Source:
    """A dataset of images and labels in the four files of MNIST's layout.

    Attributes:
        name: what ``--data`` calls it.
        classes: names of the classes, in the order of their labels.
        url: folder that the files are downloaded from (``None``: shipped with the package).
        sha256: digest of the uncompressed content of each file.
        licence: licence and authors.
    """

    name: str
    classes: tuple[str, ...]
    url: str | None
    sha256: Mapping[str, str]
    licence: str


DIGIT_NAMES = tuple("0123456789")

DIGITS = Source(
    name="digits",
    classes=DIGIT_NAMES,
    url=None,
    sha256={
        IMAGES["train"]: "8bf1fa1e8664e97621f9c8f84f4c09c86ac50a5aab2292c19a0160c7cf07d83a",
        LABELS["train"]: "d61ec4310a4edb5ccf08fc2e51c09e35334ca53f90e8ac8577943e082a730413",
        IMAGES["test"]: "613cf84b97bf158f0b5e83e2a9ff7f54ed2e02a9a5d0d4d08440443c6db2d5d8",
        LABELS["test"]: "c111bb1a77c5a8ad899fd0a35b6e3f6b9ca03b850f93902f67d4517f40cd4496",
    },
    licence="A class-balanced subset of MNIST: see data_files/digits/LICENSE.md (CC BY-SA 3.0)",
)

MNIST = Source(
    name="mnist",
    classes=DIGIT_NAMES,
    url="https://ossci-datasets.s3.amazonaws.com/mnist/",
    sha256={
        IMAGES["train"]: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        LABELS["train"]: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        IMAGES["test"]: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        LABELS["test"]: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
    licence="MNIST, Y. LeCun, C. Cortes, C. J. C. Burges (CC BY-SA 3.0)",
)

FASHION_MNIST = Source(
    name="fashion-mnist",
    classes=(
        "T-shirt",
        "trousers",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "ankle boot",
    ),
    url="http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    sha256={
        IMAGES["train"]: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        LABELS["train"]: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        IMAGES["test"]: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        LABELS["test"]: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
    licence="Fashion-MNIST, Zalando SE (MIT)",
)

SOURCES = {source.name: source for source in (DIGITS, MNIST, FASHION_MNIST)}
SHIPPED = Path(__file__).parent / "data_files"


def load(source: Source, split: str, folder: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images (N, height, width) and labels (N,) of one split, every digest checked.

    Raises:
        DataError: a missing, truncated, corrupt or wrong file.
    """
    images_name, labels_name = IMAGES[split], LABELS[split]
    images = idx.read(folder / images_name, source.sha256[images_name])
    labels = idx.read(folder / labels_name, source.sha256[labels_name])
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        raise DataError(
            f"{folder}: images of shape {images.shape} do not fit labels of shape {labels.shape}."
        )
    return images, labels


def locate(source: Source, data_dir: Path | None, progress: ProgressFactory | None = None) -> Path:
    """Folder that holds the files of ``source``, downloaded where they are not at hand.

    With ``data_dir``, that folder (or its subfolder named like the dataset) must hold the files,
    and nothing is downloaded. Without it they are kept in ``$VAEMODELS_CACHE``, by default the
    user's cache folder.
    """
    if source.url is None:
        return SHIPPED / source.name
    if data_dir is not None:
        for folder in (data_dir / source.name, data_dir):
            if (folder / IMAGES["train"]).is_file():
                return folder
        raise DataError(
            f"{data_dir} holds neither {IMAGES['train']} nor {source.name}/{IMAGES['train']}. "
            "Give --data-dir the folder of the four IDX files, or leave it out to download them."
        )
    cache = os.environ.get("VAEMODELS_CACHE")
    folder = (Path(cache) if cache else _user_cache()) / source.name
    for name, digest in source.sha256.items():
        if not (folder / name).exists():
            fetch(source.url, name, digest, folder, progress)
    return folder


def fetch(
    url: str, name: str, sha256: str, folder: Path, progress: ProgressFactory | None = None
) -> Path:
    """Download one file with pooch and check its content; a file that is not right is deleted.

    The file takes its name only once its content has been checked, so that an interrupted or
    wrong download is never mistaken for the data.

    Raises:
        DataError: no connection, an HTTP error, or content with another digest.
    """
    import pooch
    import requests

    folder.mkdir(parents=True, exist_ok=True)
    # Processes that train together may all find that a file is missing.
    partial = folder / f"{name}.{os.getpid()}.partial"
    partial.unlink(missing_ok=True)
    bar = progress(name) if progress else False
    address = urljoin(url, name)
    try:
        pooch.retrieve(
            address,
            known_hash=None,
            fname=partial.name,
            path=folder,
            downloader=pooch.HTTPDownloader(progressbar=bar, timeout=60),
        )
        idx.read(partial, sha256)
    except (requests.RequestException, ValueError, OSError) as error:
        raise DataError(
            f"{address} could not be downloaded ({error}). Check the connection, or give the "
            "folder of the files with --data-dir."
        ) from error
    except DataError as error:
        raise DataError(f"What {address} sent was refused. {error}") from error
    else:
        return partial.replace(folder / name)
    finally:
        partial.unlink(missing_ok=True)


def _user_cache() -> Path:
    import pooch

    return Path(pooch.os_cache("vaemodels"))
