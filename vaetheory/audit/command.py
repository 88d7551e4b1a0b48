"""`vaetheory audit FILE.py:FUNCTION [--json] [--signature NAMES]`."""

from __future__ import annotations

import argparse
import json
import sys

_DESCRIPTION = """\
What does this loss function really compute? The function is called on designed random inputs over
several batch sizes B, dimensions D and latent sizes K; its terms and their coefficients are
recovered to rounding and compared with the negative ELBO.

The file is imported and run, as pytest would do it, in a subprocess with a time limit: audit only
files that you would run.
"""
_EPILOG = """\
exit codes: 0 a negative ELBO (up to scale and constant), an ELBO, or a declared β objective;
1 wrong, or a β that no argument sets; 2 nothing could be read; 3 undecided.

--signature gives the roles of the parameters in their order, or by name for fields of a record:
recon,x,mu,logvar  or  out.a=recon,out.b=mu  (roles: recon x mu s z c recon_scale prior_mu prior_s;
head and class for what another head says and the class it is held against; _ leaves a default).
"""


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    found = argparse.ArgumentParser(
        prog="vaetheory audit", description=_DESCRIPTION, epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    found.add_argument("target", metavar="FILE.py:FUNCTION",
                       help="a function, Class.method, class or object in a file")  # fmt: skip
    found.add_argument("--json", action="store_true", help="print one JSON document")
    found.add_argument("--signature", metavar="NAMES", help="roles of the parameters")
    found.add_argument("--seconds", type=float, default=10.0, metavar="S",
                       help="seconds of work that the subprocess may do (default 10)")  # fmt: skip
    return found


def main(argv: list[str] | None = None) -> int:
    """Audit one function; returns the exit code."""
    try:
        options = parser().parse_args(argv)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2
    from vaetheory.audit.isolation import NothingRead, audit_in_subprocess

    try:
        report = audit_in_subprocess(options.target, options.signature, options.seconds)
    except NothingRead as error:
        print(f"vaetheory audit: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        from rich.console import Console

        from vaetheory.audit.presentation import show

        show(report, Console(highlight=False))
    return report.exit_code
