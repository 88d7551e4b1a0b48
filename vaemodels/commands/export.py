"""``vaemodels export DIR``: a trained model for other programs."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from vaemodels import explorer, export, runs
from vaemodels.commands.options import add_folder
from vaemodels.commands.output import add_json, print_json
from vaemodels.config import Device, Precision


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_folder(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: DIR/export")
    parser.add_argument(
        "--explorer",
        action="store_true",
        help="only what the site's explorer of a 2-D latent space reads: half-precision weights, "
        "and the posteriors of the test images",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    loaded = runs.load(arguments.folder_of_run, device=Device.CPU, precision=Precision.FLOAT32)
    folder = arguments.out or loaded.folder / "export"
    if arguments.explorer:
        words = ["vaemodels", "export", arguments.folder_of_run, "--explorer", "--out", folder]
        paths = explorer.write(loaded, folder, shlex.join(map(str, words)))
    else:
        paths = export.write(loaded, folder)
    sizes = {str(path): path.stat().st_size for path in paths}
    if arguments.json:
        print_json({"schema": 1, "files": sizes})
    else:
        for path, size in sizes.items():
            print(f"{path}  {size / 1000:.0f} kB")
    return 0
