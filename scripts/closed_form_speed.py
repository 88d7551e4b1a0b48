"""Time KL divergences in closed form: linearity and moments against SymPy's best route.

SymPy's routes are term-by-term integration after ``expand_log``, and integration of the whole; each
gets a time limit, and its answer counts only when it agrees with quadrature at two points. Times
are processor seconds, so that other work on the machine does not count. Prints a table, or with
``--json`` one document; ``--out`` writes that document to a file.

    python scripts/closed_form_speed.py [--limit SECONDS] [--json] [--out FILE] [FAMILY …]
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import platform
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import sympy as sp
from rich.console import Console
from rich.table import Table

from vaetheory.calculus import algebra, linear
from vaetheory.checkers.closed_forms import kl_divergence
from vaetheory.checkers.numeric.carriers import Components
from vaetheory.checkers.numeric.context import Context, Key
from vaetheory.checkers.numeric.evaluate import quiet
from vaetheory.checkers.numeric.meaning import value
from vaetheory.checkers.numeric.world import Setting, World
from vaetheory.checkers.symbols import Domain
from vaetheory.language.distributions import FAMILIES, family
from vaetheory.language.expressions import KL, FamilyDensity, Value
from vaetheory.language.variables import FiniteSet, Integers, Interval, Reals, Variable

SCALAR = [n for n in FAMILIES if n not in ("categorical", "dirichlet", "multivariate normal")]
REPEATS = 5
PATIENCE = 8
"""How many times the limit a route may take on the clock."""

BAR = 10
"""How many times faster than SymPy's best route ours must be."""

# whole shapes and equal locations: where SymPy's formulas are nan
POINTS = {
    "bernoulli": ((0.3, 0.6), (0.5, 0.5)),
    "geometric": ((0.3, 0.6), (0.5, 0.5)),
}
ORDINARY = (1.3, 0.7, 1.9, 1.1)
AWKWARD = (2.0, 1.0, 2.0, 3.0)


def law(name: str, tag: str) -> FamilyDensity:
    """The family in x with symbolic parameters."""
    members = FAMILIES[name]
    names = [p.name.strip("\\").replace("^", "") for p in members.parameters]
    parameters = tuple(
        Value(Variable(f"{n}{tag}", p.space))
        for n, p in zip(names, members.parameters, strict=True)
    )
    return FamilyDensity(name, Value(Variable("x", members.support)), parameters)


def points(name: str) -> list[dict[str, float]]:
    """Two sets of values for the parameters of both laws."""
    ours, theirs = law(name, "1"), law(name, "2")
    names = [p.variable.name for p in (*ours.parameters, *theirs.parameters)]  # type: ignore[attr-defined]
    rows = POINTS.get(name, (ORDINARY, AWKWARD))
    if name == "pareto":
        rows = ((1.9, 1.3, 0.7, 1.1), (2.0, 3.0, 2.0, 1.0))
    half = len(names) // 2
    return [
        dict(zip(names, row if len(names) == len(row) else (row[0], row[-half]), strict=True))
        for row in rows
    ]


def by_quadrature(name: str, at: dict[str, float]) -> float:
    """The divergence as an integral, at these parameters."""
    f, g = law(name, "1"), law(name, "2")
    bound: dict[Key, Components] = {(n, ()): (v,) for n, v in at.items()}
    context = Context(World(Setting(), {}, frozenset()), values=bound, level=2)
    with quiet():
        return float(value(KL(f, g, (f.argument.variable,)), context))  # type: ignore[attr-defined]


def ours(name: str) -> float:
    """Seconds to derive the divergence, the median of a few runs from cold caches."""
    times = []
    for _ in range(REPEATS):
        for module in (algebra, linear):
            for item in vars(module).values():
                if hasattr(item, "cache_clear"):
                    item.cache_clear()
        start = time.process_time()
        kl_divergence(law(name, "1"), law(name, "2"))
        times.append(time.process_time() - start)
    return sorted(times)[REPEATS // 2]


def _formulas(name: str) -> tuple[sp.Expr, sp.Expr, sp.Symbol, Any]:
    """log f, log g, the variable and its range, in SymPy."""
    domain = Domain()
    f, g = law(name, "1"), law(name, "2")
    logs = [domain.formula(family(name).log_density(d.argument, *d.parameters)) for d in (f, g)]
    support = FAMILIES[name].support
    # the checker's a/(1 + a) for what lies in (0, 1) would only get in the way here
    back = {
        symbol: (own := sp.Symbol(text, positive=True)) / (1 - own)
        for text, (symbol, space, _) in domain.symbols.items()
        if isinstance(space, Interval)
    }
    if back:
        logs = [sp.expand_log(sp.simplify(e.subs(back)), force=True) for e in logs]
    if isinstance(support, Interval):
        x = sp.Symbol("x", positive=True)
        return logs[0], logs[1], x, (x, 0, 1)
    known = domain.symbols["x"][0]
    low: Any = 0
    if name == "pareto":
        low = domain.symbols["m1"][0]
    ranges = {Reals(): (known, -sp.oo, sp.oo), Reals(positive=True): (known, low, sp.oo)}
    if isinstance(support, FiniteSet):
        return logs[0], logs[1], known, (known, 0, 1)
    if isinstance(support, Integers):
        return logs[0], logs[1], known, (known, 0, sp.oo)
    return logs[0], logs[1], known, ranges[support]  # type: ignore[index]


def _discrete(name: str) -> bool:
    return isinstance(FAMILIES[name].support, FiniteSet | Integers)


def _density(log_f: sp.Expr) -> sp.Expr:
    """The density as SymPy likes it: a product of powers and gamma functions, no exp(log Γ)."""
    log_gamma = sp.Wild("y")
    factors = []
    for factor in sp.Mul.make_args(sp.exp(sp.expand(log_f)).expand(power_exp=True)):
        found = factor.match(sp.exp(-sp.loggamma(log_gamma))) if factor.has(sp.loggamma) else None
        factors.append(1 / sp.gamma(found[log_gamma]) if found else factor)
    return sp.powsimp(sp.Mul(*factors))


def whole(name: str) -> sp.Expr:
    """∫ f (log f − log g) in one go."""
    log_f, log_g, _, over = _formulas(name)
    integrand = _density(log_f) * (log_f - log_g)
    total = sp.Sum(integrand, over).doit() if _discrete(name) else sp.integrate(integrand, over)
    return sp.simplify(total)


def by_terms(name: str) -> sp.Expr:
    """Logarithms expanded by force, then every term integrated by itself."""
    log_f, log_g, _, over = _formulas(name)
    density = _density(log_f)
    terms = sp.Add.make_args(sp.expand(sp.expand_log(log_f - log_g, force=True)))
    if _discrete(name):
        return sum(sp.Sum(density * t, over).doit() for t in terms)
    return sum(sp.integrate(sp.powsimp(density * t), over) for t in terms)


ROUTES: dict[str, Callable[[str], sp.Expr]] = {"by terms": by_terms, "whole": whole}


def _work(route: str, name: str, limit: float, queue: Any) -> None:
    # a forked child begins at 0; beyond the soft limit the system stops it
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(limit), most))
    start = time.process_time()
    try:
        result = ROUTES[route](name)
    except (TypeError, ValueError, NotImplementedError, AttributeError) as error:
        queue.put((None, f"raises {type(error).__name__}"))
        return
    seconds = time.process_time() - start
    # the comparison with quadrature is not part of the route
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    verdict = "right"
    if result.has(sp.Integral, sp.Sum):
        verdict = "no closed form"
    else:
        for at in points(name):
            chosen = {s: at[str(s)] for s in result.free_symbols if str(s) in at}
            got = complex(sp.N(result.subs(chosen)))
            if got != got:
                verdict = "nan"
            elif abs(got - by_quadrature(name, at)) > 1e-6:
                verdict = "wrong"
    queue.put((seconds, verdict))


def sympy_route(route: str, name: str, limit: float) -> tuple[float | None, str]:
    """Seconds and verdict of one route in a process of its own, which is stopped at the limit."""
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=_work, args=(route, name, limit, queue))
    process.start()
    # a busy machine may take much longer than the processor time that the child is given
    process.join(PATIENCE * limit)
    if process.is_alive():
        process.kill()
        process.join()
    if queue.empty():
        return None, f"> {limit:g} s"
    seconds, verdict = queue.get(timeout=5)
    return seconds, verdict


def measure(name: str, limit: float) -> dict[str, Any]:
    """One line of the table."""
    own = ours(name)
    routes = {route: sympy_route(route, name, limit) for route in ROUTES}
    right = [s for s, verdict in routes.values() if verdict == "right" and s is not None]
    return {
        "family": name,
        "ours_ms": round(1000 * own, 3),
        "sympy": {r: {"seconds": s, "verdict": v} for r, (s, v) in routes.items()},
        "ratio": round(min(right) / own, 1) if right else None,
    }


def main(arguments: list[str]) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("families", nargs="*", default=SCALAR)
    parser.add_argument("--limit", type=float, default=60, help="seconds for each route of SymPy")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path, help="the result file to write")
    options = parser.parse_args(arguments)
    unknown = set(options.families) - set(SCALAR)
    if unknown:
        parser.error(f"no one-dimensional family {unknown.pop()!r}; there are {', '.join(SCALAR)}")
    rows = []
    table = Table("family", "ours", *(f"SymPy {r}" for r in ROUTES), "times faster")
    for name in options.families:
        print(name, "…", file=sys.stderr)
        row = measure(name, options.limit)
        rows.append(row)
        texts = [
            f"{found['verdict']}" + (f", {found['seconds']:.2f} s" if found["seconds"] else "")
            for found in row["sympy"].values()
        ]
        ratio = f"{row['ratio']:.0f}" if row["ratio"] else "none in the limit"
        table.add_row(name, f"{row['ours_ms']:.2f} ms", *texts, ratio)
    document = describe(rows, options.limit)
    if options.out is not None:
        options.out.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    if options.json:
        print(json.dumps(document, indent=2))
    else:
        Console().print(table)
        print(f"median {document['median ratio']}, smallest {document['smallest ratio']}")
    return 0 if document["slower than the bar"] == [] else 1


def describe(rows: list[dict[str, Any]], limit: float) -> dict[str, Any]:
    """The result file: the rows, and where and when they were measured. Nothing in it is random."""
    ratios = {row["family"]: row["ratio"] for row in rows if row["ratio"] is not None}
    return {
        "schema": 1,
        "limit": limit,
        "unit": "processor seconds",
        "bar": BAR,
        "median ratio": median(ratios.values()) if ratios else None,
        "smallest ratio": min(ratios.values(), default=None),
        "slower than the bar": sorted(name for name, ratio in ratios.items() if ratio < BAR),
        "without a right answer from SymPy": [r["family"] for r in rows if r["ratio"] is None],
        "rows": rows,
        "machine": {"processor": platform.machine(), "python": platform.python_version()},
        "sympy": sp.__version__,
        "date": datetime.now(UTC).date().isoformat(),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
