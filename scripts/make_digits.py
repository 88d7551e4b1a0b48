"""Make the subset of MNIST that ships with ``vaemodels``: ``python scripts/make_digits.py DIR``.

DIR holds the four gzip-compressed IDX files of MNIST. For each split, the same number of images
of every class is drawn without replacement by a seeded generator and put in a random order, so
that any prefix of the subset is nearly balanced too. Running it again gives the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vaemodels import idx
from vaemodels.sources import MNIST

PER_CLASS = {"train": 1000, "t10k": 200}
SEED = 20261122


def balanced(
    labels: NDArray[np.uint8], per_class: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Indices of ``per_class`` examples of every class, shuffled."""
    chosen = [
        rng.choice(np.flatnonzero(labels == label), per_class, replace=False)
        for label in np.unique(labels)
    ]
    return rng.permutation(np.concatenate(chosen))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mnist", type=Path, help="folder with the four IDX files of MNIST")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(__file__).parents[1] / "vaemodels" / "data_files" / "digits",
    )
    arguments = parser.parse_args()
    rng = np.random.default_rng(SEED)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for split, per_class in PER_CLASS.items():
        images_name, labels_name = f"{split}-images-idx3-ubyte.gz", f"{split}-labels-idx1-ubyte.gz"
        images = idx.read(arguments.mnist / images_name, MNIST.sha256[images_name])
        labels = idx.read(arguments.mnist / labels_name, MNIST.sha256[labels_name])
        chosen = balanced(labels, per_class, rng)
        for name, array in ((images_name, images), (labels_name, labels)):
            print(f'"{name}": "{idx.write(arguments.out / name, array[chosen])}",')


if __name__ == "__main__":
    main()
