"""The figure of ``discrete_latents``."""

from __future__ import annotations

from vaemodels.charts import Item, Panel, Series
from vaemodels.experiments.claims import LEVEL, interval_series
from vaemodels.experiments.experiment import Data, Findings
from vaemodels.experiments.intervals import Repeated

ESTIMATORS = (
    "Gumbel-softmax",
    "straight-through",
    "score function",
    "score function, baseline",
)


def draw(findings: Findings) -> list[Item]:
    data = findings.data
    temperatures = data["temperatures"]
    ticks = [(t, f"{t:g}") for t in temperatures]
    names = ("enumeration", *ESTIMATORS)
    return [
        Panel(
            title="Squared bias",
            x="temperature τ",
            y="‖bias‖² / ‖g‖²",
            log_x=True,
            ticks=ticks,
            level=0.0,
            series=_over_temperatures(data, "squared_bias", log=False),
        ),
        Panel(
            title="Variance",
            x="temperature τ",
            y="variance / ‖g‖²",
            log_x=True,
            log_y=True,
            ticks=ticks,
            legend=False,
            series=_over_temperatures(data, "variance", log=True),
        ),
        Panel(
            title="What each reaches in as many steps",
            x="",
            y="test ELBO (nats per image)",
            legend=False,
            ticks=[
                (i, name.replace(" function", "").replace(", ", "\n+ ").replace("-", "-\n"))
                for i, name in enumerate(names)
            ],
            series=[
                interval_series("", [i], [data["elbo"][name]], colour=max(0, i - 1), line="")
                for i, name in enumerate(names)
            ],
        ),
    ]


def _over_temperatures(data: Data, key: str, log: bool) -> list[Series]:
    """Curves for the relaxations; for the score functions, which have no τ (and no bias), lines."""
    temperatures = data["temperatures"]
    found = []
    for colour, name in enumerate(ESTIMATORS):
        values = data[key][name]
        if key == "squared_bias" and len(values) != len(temperatures):
            continue
        if len(values) == len(temperatures):
            found.append(interval_series(name, temperatures, values, colour=colour, log=log))
            continue
        estimate = Repeated(values[0], log=log).interval(LEVEL).estimate
        ends = [temperatures[0], temperatures[-1]]
        found.append(Series(label=name, x=ends, y=[estimate] * 2, colour=colour, line="--"))
    return found
