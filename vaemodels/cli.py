"""``vaemodels``: train, evaluate, sample, figures, export, benchmark."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from vaemodels.errors import VaeModelsError

# Name of each subcommand, and the module that has its add_arguments and run. Only the module
# of the command that is called is imported: the others cost nothing.
COMMANDS = {
    "train": ("vaemodels.commands.train", "train a VAE or CVAE, or go on with a run"),
    "evaluate": ("vaemodels.commands.evaluate", "held-out ELBO, log-likelihood, diagnostics"),
    "sample": ("vaemodels.commands.sample", "draw images from a trained model"),
    "figures": ("vaemodels.commands.figures", "draw curves, reconstructions, samples, grids"),
    "export": ("vaemodels.commands.export", "write ONNX, and half-precision weights"),
    "benchmark": ("vaemodels.commands.benchmark", "measure the training loop on this device"),
    "experiment": ("vaemodels.commands.experiment", "show what the written answers claim"),
}


def parser(command: str | None) -> argparse.ArgumentParser:
    """The parser, with the options of ``command`` filled in."""
    top = argparse.ArgumentParser(
        prog="vaemodels",
        description="Convolutional VAE and conditional VAE whose losses are the derived ones.",
        epilog="Exit codes: 0 good, 1 training failed, 2 wrong usage or unreadable input.",
    )
    subparsers = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (module, summary) in COMMANDS.items():
        sub = subparsers.add_parser(
            name, help=summary, description=f"{summary[0].upper()}{summary[1:]}."
        )
        if name == command:
            import_module(module).add_arguments(sub)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit code."""
    # Threads that wait for each other by spinning take each other's processor on a busy machine: on
    # two cores beside another process an epoch took five times as long. Read when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = next((word for word in words if word in COMMANDS), None)
    try:
        parsed = parser(command).parse_args(words)
        code: int = import_module(COMMANDS[parsed.command][0]).run(parsed)
    except VaeModelsError as error:
        print(f"vaemodels: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt as stopped:
        print(f"\n{stopped or 'Interrupted.'}", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read the output has had enough.
        sys.stderr.close()
        return 0
    return code
