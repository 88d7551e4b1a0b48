"""The command ``vaetheory``: list, show, step, verify, check and audit.

Exit codes: 0 good; 1 the thing checked is wrong; 2 nothing could be read, or wrong usage; 3 not
everything was decided.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

GOOD, WRONG, USAGE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    delegated = {"check": _check, "audit": _audit}
    if arguments and arguments[0] in delegated:
        return delegated[arguments[0]](arguments[1:])
    options = _parser().parse_args(arguments)
    action: Callable[[argparse.Namespace], int] = options.action
    try:
        return action(options)
    except KeyError as error:
        print(f"vaetheory: {error.args[0]}", file=sys.stderr)
        return USAGE
    except BrokenPipeError:
        # the reader of a pipe closed it (head, less): nothing is wrong here
        sys.stderr.close()
        return GOOD


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vaetheory", description="Machine-checked derivations behind variational autoencoders."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser(
        "list", help="names, question keys and kinds of evidence of all theorems"
    )
    command.add_argument("--json", action="store_true", help="one JSON document on stdout")
    command.set_defaults(action=_list)

    command = commands.add_parser("show", help="a theorem with its derivation")
    command.add_argument("name", metavar="NAME")
    command.add_argument("--format", choices=("text", "latex", "json"), default="text")
    command.set_defaults(action=_show)

    command = commands.add_parser("step", help="a derivation one line at a time")
    command.add_argument("name", metavar="NAME")
    command.set_defaults(action=_step)

    command = commands.add_parser("verify", help="check every step, statement and mistake")
    command.add_argument("names", metavar="NAME", nargs="*", help="theorems (default: all)")
    command.add_argument("--json", action="store_true", help="one JSON document on stdout")
    command.add_argument(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help="seed of the worlds and samples (default 0)",
    )
    command.set_defaults(action=_verify)

    commands.add_parser(
        "check", help="a derivation of your own, in LaTeX, Markdown or a notebook", add_help=False
    )
    commands.add_parser("audit", help="what a loss function of your own computes", add_help=False)
    return parser


def _list(options: argparse.Namespace) -> int:
    from vaetheory import theorems

    if options.json:
        entries = [
            {
                "name": t.name,
                "title": t.title,
                "question": t.question,
                "kinds": list(t.kinds),
                "uses": list(t.uses),
            }
            for t in theorems.CATALOGUE
        ]
        print(json.dumps({"schema": 1, "theorems": entries}, ensure_ascii=False))
        return GOOD
    from vaetheory.presentation.terminal import catalogue

    _console().print(catalogue(theorems.CATALOGUE))
    return GOOD


def _show(options: argparse.Namespace) -> int:
    from vaetheory import theorems
    from vaetheory.presentation import shown

    print(shown.FORMATS[options.format](theorems.get(options.name)))
    return GOOD


def _step(options: argparse.Namespace) -> int:
    from vaetheory import theorems
    from vaetheory.presentation import terminal

    theorem = theorems.get(options.name)
    console = _console()
    console.print(terminal.heading(theorem))
    console.print(terminal.first_line(theorem.derivation))
    for number, step in enumerate(theorem.derivation, start=1):
        if not _wait(last=number - 1, total=len(theorem.derivation.steps)):
            return GOOD
        console.print(terminal.step_lines(number, step))
    console.print("  ∎")
    return GOOD


def _wait(last: int, total: int) -> bool:
    """Wait for Enter at a terminal; False when the reader wants to stop."""
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        return True
    try:
        print(
            f"      — step {last} of {total}: Enter for the next, q to stop ",
            end="",
            file=sys.stderr,
            flush=True,
        )
        return not sys.stdin.readline().strip().lower().startswith("q")
    except KeyboardInterrupt:
        return False


def _verify(options: argparse.Namespace) -> int:
    from rich.console import Console

    from vaetheory import theorems
    from vaetheory.presentation import terminal
    from vaetheory.presentation.progress import verifying

    wanted = options.names or list(theorems.names())
    with verifying(wanted, Console(stderr=True)) as done:
        document = theorems.report(wanted, seed=options.seed, progress=done)
    holds = all(entry["holds"] for entry in document["theorems"])
    if options.json:
        print(json.dumps(document, ensure_ascii=False, allow_nan=False))
    else:
        console = _console()
        console.print(terminal.verification(document))
        console.print(terminal.legend())
        terminal.problems(document, console)
        count = sum(entry["holds"] for entry in document["theorems"])
        mistakes = sum(bool(m["refuted_by"]) for e in document["theorems"] for m in e["mistakes"])
        console.print(
            f"{count} of {len(document['theorems'])} theorems hold, {mistakes} mistakes refuted, "
            f"{document['seconds']:.1f} s, seed {document['seed']}"
        )
    return GOOD if holds else WRONG


def _check(arguments: list[str]) -> int:
    from vaetheory.review.command import main as check

    return int(check(arguments))


def _audit(arguments: list[str]) -> int:
    from vaetheory.audit.command import main as audit

    return int(audit(arguments))


def _console() -> Console:
    from rich.console import Console

    # a pipe has no width: wide enough that no cell is folded
    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)


if __name__ == "__main__":
    sys.exit(main())
