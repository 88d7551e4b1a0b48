"""1.2.3: without the entropy the best q is a point mass.

In a finite world with rational p(x, z), x fixed, two objectives of q over z ∈ {1 … K}:

    J(q) = E_q[log p(x, z)],    ELBO(q) = J(q) + H[q].

J is linear in q, so that its largest value over all distributions is taken at a point mass; ELBO is
largest at q = p(z|x), where it equals log p(x). Both are decided in exact arithmetic, in random
worlds, against random rational q. Then both are climbed from the uniform distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

import numpy as np

from vaemodels.charts import Item, Panel, Series
from vaemodels.experiments.claims import Claim, Part, above, below, interval_series
from vaemodels.experiments.experiment import Data, Experiment, Findings, Setting, Size
from vaemodels.experiments.intervals import Counted, Repeated
from vaetheory.worlds.decide import equal, sign
from vaetheory.worlds.elementary import log
from vaetheory.worlds.exact import Number

LARGEST_WEIGHT = 2**16
RATE = 0.1


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is computed.

    Attributes:
        worlds: random p(x, z), K from 3 to 6.
        rivals: random q in each, beside all point masses, the uniform distribution and p(z|x).
        steps: of the climb.
    """

    worlds: int = 200
    rivals: int = 20
    steps: int = 4000


@dataclass(frozen=True)
class World:
    """p(x, z) at one x for every z, rational, no two equal."""

    joint: Sequence[Fraction]

    @property
    def evidence(self) -> Fraction:
        """p(x)."""
        return sum(self.joint, Fraction(0))

    @property
    def posterior(self) -> list[Fraction]:
        """p(z|x)."""
        return [p / self.evidence for p in self.joint]

    @property
    def point_mass(self) -> list[Fraction]:
        """All mass on the most probable z."""
        largest = max(self.joint)
        return [Fraction(p == largest) for p in self.joint]

    def expected_log_joint(self, q: Sequence[Fraction]) -> Number:
        """J(q)."""
        pairs = zip(q, self.joint, strict=True)
        terms = [mass * log(p) for mass, p in pairs if mass]
        return sum(terms[1:], terms[0])


def entropy(q: Sequence[Fraction]) -> Number:
    """H[q] = −Σ q log q, with 0 log 0 = 0."""
    terms = [-mass * log(mass) for mass in q if mass]
    return sum(terms[1:], terms[0])


def random_world(random: Random) -> World:
    """3 to 6 states; the rest of the probability belongs to other x."""
    while True:
        weights = [random.randint(1, LARGEST_WEIGHT) for _ in range(random.randint(3, 6))]
        if len(set(weights)) == len(weights):
            total = sum(weights) + random.randint(1, LARGEST_WEIGHT)
            return World([Fraction(weight, total) for weight in weights])


def random_distribution(states: int, random: Random) -> list[Fraction]:
    """A rational q, no state without mass."""
    weights = [random.randint(1, 100) for _ in range(states)]
    return [Fraction(weight, sum(weights)) for weight in weights]


def rivals_of(world: World, count: int, random: Random) -> list[list[Fraction]]:
    """Every point mass, the uniform distribution, p(z|x), and ``count`` random distributions."""
    states = len(world.joint)
    corners = [[Fraction(i == j) for j in range(states)] for i in range(states)]
    uniform = [Fraction(1, states)] * states
    drawn = [random_distribution(states, random) for _ in range(count)]
    return [*corners, uniform, world.posterior, *drawn]


def point_mass_wins(world: World, rivals: Sequence[Sequence[Fraction]]) -> bool:
    """Whether J(point mass) > J(q) for every other q, exactly."""
    best = world.point_mass
    at_best = world.expected_log_joint(best)
    return all(sign(at_best - world.expected_log_joint(q)) == 1 for q in rivals if list(q) != best)


def posterior_wins(world: World, rivals: Sequence[Sequence[Fraction]]) -> bool:
    """Whether ELBO(p(z|x)) = log p(x) > ELBO(q) for every other q, exactly."""

    def elbo(q: Sequence[Fraction]) -> Number:
        return world.expected_log_joint(q) + entropy(q)

    best = world.posterior
    at_best = elbo(best)
    if not equal(at_best, log(world.evidence)):
        return False
    return all(sign(at_best - elbo(q)) == 1 for q in rivals if list(q) != best)


@dataclass(frozen=True, kw_only=True)
class Climb:
    """Entropy of q after each step, and where the climb ends."""

    entropies: list[float]
    end: list[float]


def climb(world: World, with_entropy: bool, steps: int) -> Climb:
    """Natural-gradient ascent on the logits of q: log q += rate · (log p(x, z) − log q + const);
    without the entropy, the log q on the right is missing."""
    log_joint = np.log([float(p) for p in world.joint])
    log_q = np.full(len(log_joint), -np.log(len(log_joint)))
    entropies = []
    for _ in range(steps + 1):
        q = np.exp(log_q)
        entropies.append(float(-(q * log_q).sum()))
        end = q.tolist()
        log_q = log_q + RATE * (log_joint - log_q if with_entropy else log_joint)
        log_q = log_q - np.logaddexp.reduce(log_q)
    return Climb(entropies=entropies, end=end)


def run(sizes: Sizes, setting: Setting) -> Findings:
    random = Random(setting.seeds(1)[0])
    worlds = [random_world(random) for _ in range(sizes.worlds)]
    wins: dict[str, int] = {"point_mass": 0, "posterior": 0}
    for world in worlds:
        rivals = rivals_of(world, sizes.rivals, random)
        wins["point_mass"] += point_mass_wins(world, rivals)
        wins["posterior"] += posterior_wins(world, rivals)
    climbs = {flag: [climb(w, flag, sizes.steps) for w in worlds] for flag in (False, True)}
    shown = next((w for w in worlds if len(w.joint) == 5), worlds[0])
    shown_steps = [*(s for s in (1, 3, 10, 30, 100, 300, 1000) if s < sizes.steps), sizes.steps]
    data: Data = {
        "worlds": sizes.worlds,
        "wins": wins,
        "price": [-float(log(max(world.posterior))) for world in worlds],
        "end_entropy": {
            name: [each.entropies[-1] for each in climbs[flag]]
            for name, flag in (("without", False), ("with", True))
        },
        "end_kl": [_kl(each.end, world) for each, world in zip(climbs[True], worlds, strict=True)],
        "steps": shown_steps,
        "entropy": {
            name: [[each.entropies[step] for each in climbs[flag]] for step in shown_steps]
            for name, flag in (("without", False), ("with", True))
        },
        "shown": {
            "posterior": [float(p) for p in shown.posterior],
            "without": climb(shown, False, sizes.steps).end,
            "with": climb(shown, True, sizes.steps).end,
        },
    }
    return Findings(data=data)


def _kl(q: Sequence[float], world: World) -> float:
    """KL[q ‖ p(z|x)]."""
    return float(sum(a * np.log(a / float(b)) for a, b in zip(q, world.posterior, strict=True)))


def claims(data: Data) -> list[Claim]:
    worlds, wins = data["worlds"], data["wins"]
    return [
        Claim(
            "point-mass",
            "Without the entropy a point mass beats every other distribution (exact arithmetic), "
            "in more than 97 % of random worlds.",
            [Part("share of worlds", Counted(wins["point_mass"], worlds), above(0.97))],
        ),
        Claim(
            "posterior",
            "With the entropy p(z|x) beats every other distribution, and its value is log p(x) "
            "(exact arithmetic), in more than 97 % of random worlds.",
            [Part("share of worlds", Counted(wins["posterior"], worlds), above(0.97))],
        ),
        Claim(
            "price",
            "The point mass pays for it: its ELBO lies more than 0.3 nats below log p(x), on "
            "average over random worlds.",
            [Part("−log p(z*|x)", Repeated(data["price"]), above(0.3), "nats")],
        ),
        Claim(
            "climb",
            "Climbing without the entropy, q loses its entropy (below 0.05 nats); with it, q comes "
            "to p(z|x) (KL below 0.001 nats).",
            [
                Part("entropy", Repeated(data["end_entropy"]["without"]), below(0.05), "nats"),
                Part("KL from p(z|x)", Repeated(data["end_kl"]), below(0.001), "nats"),
            ],
        ),
    ]


def draw(findings: Findings) -> list[Item]:
    data = findings.data
    shown = data["shown"]
    states = list(range(1, len(shown["posterior"]) + 1))
    return [
        Panel(
            title="Climbing from the uniform distribution",
            x="steps",
            y="entropy of q (nats)",
            log_x=True,
            series=[
                interval_series(
                    f"{name} the entropy", data["steps"], data["entropy"][name], colour=i
                )
                for i, name in enumerate(("with", "without"))
            ],
        ),
        Panel(
            title="Where it ends, in one world",
            x="z",
            y="probability",
            ticks=[(z, str(z)) for z in states],
            series=[
                Series(label="p(z|x)", x=states, y=shown["posterior"], colour=2, line="--"),
                Series(label="q, with the entropy", x=states, y=shown["with"], line=""),
                Series(label="q, without", x=states, y=shown["without"], colour=1, line=""),
            ],
        ),
    ]


EXPERIMENT = Experiment(
    name="entropy",
    question="1.2.3",
    title="The entropy keeps q from concentrating",
    asks="Which q is best with the entropy, and which without?",
    caption="Left: the entropy of q while it climbs either objective, mean over random worlds and "
    "its 99 % interval. Right: where it ends in one of them.",
    sizes={
        Size.TINY: Sizes(worlds=4, rivals=2, steps=20),
        Size.DEFAULT: Sizes(),
        Size.FULL: Sizes(worlds=2000, rivals=50),
    },
    run=run,
    claims=claims,
    draw=draw,
)
