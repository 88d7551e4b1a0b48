"""What every command prints, and where: results on stdout, progress and warnings on stderr."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from vaemodels.config import Config
from vaemodels.hardware import device_name


def stderr() -> Console:
    """Where progress and warnings go; no colour when piped."""
    return Console(stderr=True, highlight=False)


def stdout() -> Console:
    """Where results go; no colour when piped."""
    return Console(highlight=False)


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="print one JSON document on stdout, and nothing else"
    )


def print_json(document: Mapping[str, Any]) -> None:
    """One JSON document on stdout."""
    json.dump(document, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def print_table(title: str, rows: Sequence[tuple[str, str, str]]) -> None:
    """Name, value and explanation, on stdout."""
    table = Table(
        title=Text(title), title_justify="left", show_header=False, box=None, pad_edge=False
    )
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(style="dim")
    for row in rows:
        # Text, because E[log p(x|z)] would be read as markup.
        table.add_row(*(Text(cell) for cell in row))
    stdout().print(table)


def setting(config: Config) -> str:
    """Device, precision and threads, in words."""
    threads = f", {config.threads} thread{'s' * (config.threads > 1)}"
    return f"{device_name(config.device)}, {config.precision}{threads}"
