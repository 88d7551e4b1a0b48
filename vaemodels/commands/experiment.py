"""``vaemodels experiment NAME|--all``: show what the written answers claim."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.table import Table
from rich.text import Text

from vaemodels.commands.figures import matplotlib_is_missing
from vaemodels.commands.output import add_json, print_json, stderr
from vaemodels.config import Config, Device
from vaemodels.errors import ConfigError, MissingExtraError
from vaemodels.experiments import registry
from vaemodels.hardware import resolve, torch_device

HELP = "show what the written answers claim"
FOLDER = Path("runs/experiments")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help=", ".join(registry.MODULES))
    parser.add_argument("--all", action="store_true", help="every experiment")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--full", action="store_true", help="full data (MNIST), more repeats")
    size.add_argument(
        "--tiny", action="store_true", help="only see whether it runs: the verdicts mean nothing"
    )
    size.add_argument(
        "--restate",
        action="store_true",
        help="measure nothing: today's claims of the numbers that lie in the folder",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of everything random")
    parser.add_argument(
        "--device", choices=[*Device], default="auto", help="auto: a GPU only with --full"
    )
    # Sums of floats depend on the number of threads: this is not left to the load of the machine.
    parser.add_argument(
        "--threads", type=int, default=1, metavar="N", help="CPU threads of each (default: 1)"
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=0,
        metavar="N",
        help="experiments side by side, each in a process of its own "
        "(default: as many as there are cores for; 1 on a GPU)",
    )
    parser.add_argument("--data-dir", metavar="DIR", help="where MNIST lies (--full)")
    parser.add_argument(
        "--out", type=Path, default=FOLDER, metavar="DIR", help=f"default: {FOLDER}"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    if arguments.all == (arguments.name is not None):
        raise ConfigError(
            "Say which experiment, or --all. There are: " + ", ".join(registry.MODULES) + "."
        )
    if not 0 <= arguments.seed < 2**40:
        raise ConfigError(f"--seed must lie in [0, 2⁴⁰), got {arguments.seed}.")
    if arguments.threads < 1 or arguments.jobs < 0:
        raise ConfigError(
            f"--threads must be at least 1 and --jobs at least 0, got {arguments.threads} and "
            f"{arguments.jobs}."
        )
    if missing := matplotlib_is_missing():
        raise MissingExtraError(missing)
    names = list(registry.MODULES) if arguments.all else [arguments.name]
    for name in names:
        registry.get(name)
    started = time.monotonic()
    documents = _documents(names, arguments)
    if arguments.json:
        seconds = round(time.monotonic() - started, 1)
        print_json({"schema": 1, "experiments": documents, "seconds": seconds})
    else:
        _print(documents, arguments)
    from vaemodels.experiments.results import exit_code

    return 0 if arguments.tiny else exit_code(documents)


def _documents(names: list[str], arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Run them, side by side where that was asked for; each writes its result as soon as it is
    done, so that one that fails takes nothing with it.
    """
    jobs = 1 if arguments.restate else min(len(names), arguments.jobs or _room(arguments))
    if jobs == 1:
        return [_run(name, arguments) for name in names]
    # A forked child would inherit torch's threads, which do not survive a fork.
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=spawning) as pool:
        waiting = [pool.submit(_run, name, arguments) for name in names]
        return [each.result() for each in waiting]


def _room(arguments: argparse.Namespace) -> int:
    """How many experiments the machine's cores take, at least 1; one where a GPU is used."""
    wanted = Device(arguments.device)
    if wanted is Device.CUDA or (
        wanted is Device.AUTO and arguments.full and torch.cuda.is_available()
    ):
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    threads: int = arguments.threads
    return max(1, (cores or 1) // threads)


def _run(name: str, arguments: argparse.Namespace) -> dict[str, Any]:
    from vaemodels.experiments import results
    from vaemodels.experiments.experiment import Setting, Size

    if arguments.restate:
        document = results.restate(registry.get(name), results.read(arguments.out, name))
        results.write(document, None, arguments.out)
        return document
    size = Size.FULL if arguments.full else Size.TINY if arguments.tiny else Size.DEFAULT
    console = stderr()
    wanted = Device(arguments.device)
    if wanted is Device.AUTO and size is not Size.FULL:
        wanted = Device.CPU
    machine = resolve(Config(device=wanted, threads=arguments.threads))
    torch.set_num_threads(machine.threads)
    started = time.monotonic()

    def progress(line: str) -> None:
        console.print(f"{name} {time.monotonic() - started:5.0f} s  {line}", highlight=False)

    setting = Setting(
        seed=arguments.seed,
        device=torch_device(machine.device),
        folder=arguments.data_dir,
        progress=progress,
    )
    command = _command(name, size, arguments)
    document, figure = results.run(registry.get(name), size, setting, command)
    results.write(document, figure, arguments.out)
    return document


def _command(name: str, size: str, arguments: argparse.Namespace) -> str:
    words = ["vaemodels", "experiment", name]
    if size != "default":
        words.append(f"--{size}")
    if arguments.seed:
        words += ["--seed", str(arguments.seed)]
    return " ".join(words)


def _print(documents: list[dict[str, Any]], arguments: argparse.Namespace) -> None:
    console = Console(highlight=False)
    for document in documents:
        table = Table(
            title=Text(f"{document['name']} ({document['question']}): {document['asks']}"),
            title_justify="left",
            box=None,
            pad_edge=False,
        )
        for head in ("expected", "came out", "verdict"):
            table.add_column(head)
        for claim in document["claims"]:
            found = "\n".join(in_words(part) for part in claim["parts"])
            table.add_row(Text(claim["expected"]), Text(found), Text(claim["verdict"]))
        console.print(table)
        console.print(f"{document['seconds']:.0f} s\n")
    if arguments.tiny:
        console.print("Tiny sizes show that the experiments run; their verdicts mean nothing.")
    console.print(f"Result files and figures: {arguments.out}")


def in_words(part: dict[str, Any]) -> str:
    """A part of a claim: what, how much, and how sure."""
    interval, unit = part["interval"], f" {part['unit']}" if part["unit"] else ""
    value = f"{part['label']}: {interval['estimate']:.4g}{unit}"
    if interval["method"] == "computed exactly":
        return f"{value} (exact)"
    return f"{value} [{interval['low']:.4g}, {interval['high']:.4g}]"
