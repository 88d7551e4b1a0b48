"""A function's parameters → ways to call it, the likeliest first.

Names propose and the fit disposes: each reading is tried until one is explained to rounding.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from vaetheory.audit import callables
from vaetheory.audit import source as source_
from vaetheory.audit.names import is_sure, looks_like_head, plain, role_of
from vaetheory.audit.nodes import Doubt, NodeMaker
from vaetheory.audit.plan import Leaf, Node, Parameter, Plan, leaves, mapped
from vaetheory.audit.roles import Role

_ARRAYS = (Role.RECONSTRUCTION, Role.TARGET, Role.MEAN, Role.SCALE, Role.SAMPLE)
# What else a name could mean, in the order in which it is worth trying.
_ALTERNATIVES: dict[Role | None, tuple[Role, ...]] = {
    Role.TARGET: (Role.RECONSTRUCTION, Role.CONDITION),
    Role.RECONSTRUCTION: (Role.TARGET, Role.CONDITION),
    Role.MEAN: (Role.SCALE, Role.RECONSTRUCTION),
    Role.SCALE: (Role.RECONSTRUCTION_SCALE, Role.MEAN),
    Role.SAMPLE: (Role.MEAN,),
    Role.RECONSTRUCTION_SCALE: (Role.SCALE,),
    Role.PACKED: (Role.MEAN, Role.TARGET),
    Role.CONDITION: (Role.TARGET, Role.SCALE),
    Role.MASK: (Role.MISSING,),
    Role.MISSING: (Role.MASK,),
    None: (*_ARRAYS, Role.CONDITION),
}
_MOST_READINGS = 48
# Also what x or x̂ may be called: a label only where another array has the better claim.
_LABELS = frozenset(("y", "t", "target", "targets", "y_true", "labels", "label", "gt", "tgt"))


# Roles in which an array is not what its name says, because another has the better claim.
_DEMOTED = frozenset((
    Role.CONDITION, Role.HEAD, Role.LABEL, Role.SECOND_MEAN, Role.SECOND_SCALE, Role.PRIOR_MEAN,
    Role.PRIOR_SCALE,
))  # fmt: skip


class SignatureError(ValueError):
    """The roles given with `--signature` do not fit the function."""


@dataclass(frozen=True)
class Reading:
    """A plan and how far it departs from what the names say (0: not at all).

    `aside` names arrays that are taken for labels and other heads, because another array has the
    better claim to their part.
    """

    plan: Plan
    cost: int
    aside: frozenset[str] = frozenset()

    @property
    def contradicts(self) -> bool:
        """Whether an array plays another role than its unmistakable name says."""
        return any(
            is_sure(leaf.name) and role_of(leaf.name) is not leaf.role
            for leaf in self.plan.leaves()
            if leaf.name not in self.aside
        )


def readings(
    function: Callable[..., Any],
    learned: Mapping[str, tuple[str, ...]] | None = None,
    given: str | None = None,
    base: Any = None,
) -> list[Reading]:
    """All plans worth trying, the likeliest first.

    `learned` names fields that a record turned out to need when the function was called;
    `given` is the user's `--signature`; `base` is what a stand-in for `self` falls back to.
    """
    source = source_.read(function)
    parameters = _parameters(function, source, learned or {}, given, None, base)
    if not {Role.MEAN, Role.PACKED} & Plan(parameters).roles and not given:
        # Taken apart further on, perhaps: in a method or a function that gets what this one gets.
        source = source_.read_through(function, base)
        parameters = _parameters(function, source, learned or {}, given, None, base)
    if given:
        return [Reading(Plan(parameters, ("roles as given with --signature",)), 0)]
    found = list(_assignments(parameters, 0))
    roles = Plan(parameters).roles
    doubts = [Doubt.LETTERS, Doubt.CONTAINERS]
    if not {Role.TARGET, Role.RECONSTRUCTION} <= roles:
        doubts.append(Doubt.NUMBERS)
    for doubt in doubts:
        loose = _parameters(function, source, learned or {}, None, doubt, base)
        if loose != parameters:
            found += _assignments(loose, 2)
    return sorted(found, key=lambda reading: reading.cost)[:_MOST_READINGS]


def _parameters(
    function: Callable[..., Any],
    source: source_.Source,
    learned: Mapping[str, tuple[str, ...]],
    given: str | None,
    doubt: Doubt | None,
    base: Any,
) -> tuple[Parameter, ...]:
    try:
        signature = callables.signature(function)
    except (TypeError, ValueError) as error:
        raise SignatureError(f"{function!r} does not tell its parameters: {error}") from error
    wanted = _given_roles(given, list(signature.parameters)) if given else {}
    space = getattr(callables.implementation(function), "__globals__", {})
    found = []
    for parameter in signature.parameters.values():
        maker = NodeMaker(source, learned, wanted, doubt, base, space)
        node = maker.parameter(parameter)
        if node is not None:
            found.append(Parameter(parameter.name, parameter.kind.name, node))
    return _told_apart(tuple(found))


_PREDICTED = re.compile(r"pred|out|recon|result|model|generated|hat")


def _told_apart(parameters: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    """`preds["image"]` and `targets["image"]` are two arrays, and the first of them is x̂."""
    owners: dict[str, set[str]] = {}
    for parameter in parameters:
        for leaf in leaves(parameter.node):
            owners.setdefault(leaf.name, set()).add(parameter.name)
    shared = {name for name, found in owners.items() if len(found) > 1}
    if not shared:
        return parameters

    def renamed(parameter: Parameter) -> Parameter:
        is_predicted = _PREDICTED.search(plain(parameter.name)) is not None

        def change(leaf: Leaf) -> Node:
            if leaf.name not in shared:
                return leaf
            role = leaf.role
            if is_predicted and role in (Role.TARGET, Role.CONDITION):
                role = Role.RECONSTRUCTION
            return Leaf(f"{parameter.name}.{leaf.name.rstrip('?')}", role)

        return replace(parameter, node=mapped(parameter.node, change))

    return tuple(map(renamed, parameters))


def _assignments(parameters: tuple[Parameter, ...], penalty: int) -> Iterator[Reading]:
    """Roles for every leaf, no array role twice; leaves marked `?` are open."""
    found = [leaf for parameter in parameters for leaf in leaves(parameter.node)]
    names = list(dict.fromkeys(leaf.name for leaf in found))
    roles_of = {name: next(leaf.role for leaf in found if leaf.name == name) for name in names}
    beside = _beside(roles_of)
    choices = []
    for name in names:
        role = roles_of[name]
        is_open = name.endswith("?")
        options = _ALTERNATIVES[None] if is_open else (role, *_ALTERNATIVES.get(role, ()))
        if is_sure(name) and role is not Role.CONDITION:
            options = tuple(option for option in options if option is not Role.CONDITION)
        # An open leaf costs little for its first guesses: there is no name to contradict.
        priced = [(i if is_open else 6 * i, option) for i, option in enumerate(options)]
        choices.append(beside.get(name, []) + priced)
    for combination in itertools.islice(itertools.product(*choices), 20_000):
        roles = [role for _, role in combination]
        # Labels may share one array; what is compared with them must not be that array.
        arrays = [role for role in roles if role not in (Role.CONDITION, Role.LABEL)]
        is_whole = (Role.SECOND_MEAN in roles) == (Role.SECOND_SCALE in roles)
        is_whole = is_whole and not {Role.SECOND_MEAN, Role.PRIOR_SCALE} <= set(roles)
        is_whole = is_whole and not {Role.SECOND_SCALE, Role.PRIOR_MEAN} <= set(roles)
        if len(set(arrays)) == len(arrays) and is_whole:
            chosen = dict(zip(names, roles, strict=True))
            cost = sum(cost for cost, _ in combination) + _unlikely(set(roles)) + penalty
            aside = frozenset(n.rstrip("?") for n in beside if chosen[n] in _DEMOTED)
            yield Reading(_with_roles(parameters, chosen), cost, aside)


def _beside(roles: Mapping[str, Role]) -> dict[str, list[tuple[int, Role]]]:
    """Arrays that may belong to another head: their further roles, with what these cost.

    `logits` beside `recon_x`, `y` beside `x`, and `class_logits` beside anything.
    """
    bare = {name: name.rstrip("?").rpartition(".")[2] for name in roles}
    firm = [
        name for name, role in roles.items()
        if role in (Role.TARGET, Role.RECONSTRUCTION) and not _may_step_aside(bare[name])
    ]  # fmt: skip
    taken = {roles[name] for name in firm}
    found: dict[str, list[tuple[int, Role]]] = _further_pairs(bare, roles)
    found |= _features(bare, roles)
    found |= _second_latent(bare, roles)
    if found:
        return found
    for name, role in roles.items():
        if name in firm or not _may_step_aside(bare[name]):
            continue
        rival = role in taken or (role is Role.CONDITION and Role.RECONSTRUCTION in taken)
        if looks_like_head(bare[name]) and rival:
            found[name] = [(1, Role.HEAD)]
        elif rival and role is not Role.CONDITION:
            found[name] = [(1, Role.CONDITION), (2, Role.LABEL)]
        elif role is Role.CONDITION and role_of(bare[name]) is role:
            found[name] = [(2, Role.LABEL)]
    if not any(Role.HEAD in (role for _, role in options) for options in found.values()):
        # Without a head, a label has nothing to be compared with.
        return {n: [o for o in options if o[1] is not Role.LABEL] for n, options in found.items()}
    return found


def _further_pairs(
    bare: Mapping[str, str], roles: Mapping[str, Role]
) -> dict[str, list[tuple[int, Role]]]:
    """`recon_a, a, recon_b, b`: one pair is x̂ and x, the other is a term of another output."""
    pairs = []
    for recon in (n for n, role in roles.items() if role is Role.RECONSTRUCTION):
        words = set(plain(bare[recon]).split("_"))
        partner = next(
            (n for n in roles if n != recon and plain(bare[n]) in words
             and roles[n] in (Role.TARGET, Role.CONDITION)),
            None,
        )  # fmt: skip
        if partner is not None:
            pairs.append((recon, partner))
    if len(pairs) != 2 or any(looks_like_head(bare[recon]) for recon, _ in pairs):
        return {}
    (_, target), (recon, partner) = pairs
    return {target: [(0, Role.TARGET)], recon: [(1, Role.HEAD)], partner: [(0, Role.CONDITION)]}


def _features(
    bare: Mapping[str, str], roles: Mapping[str, Role]
) -> dict[str, list[tuple[int, Role]]]:
    """`recon_features, input_features`: what another network makes of x̂ and of x."""
    names = [name for name in bare if _FEATURES.search(plain(bare[name]))]
    rest = {role for name, role in roles.items() if name not in names}
    if len(names) != 2 or not {Role.TARGET, Role.RECONSTRUCTION} <= rest:
        return {}
    return {names[0]: [(0, Role.HEAD)], names[1]: [(0, Role.CONDITION)]}


_FEATURES = re.compile(r"(^|_)(feats?|features?|vgg|lpips|percep\w*)(_|$)")
_CENTRES, _SPREADS = (Role.MEAN, Role.PRIOR_MEAN), (Role.SCALE, Role.PRIOR_SCALE)


def _second_latent(
    bare: Mapping[str, str], roles: Mapping[str, Role]
) -> dict[str, list[tuple[int, Role]]]:
    """`mu1, logvar1, mu2, logvar2`: of two Gaussians, or of two latents with a KL each."""
    centres = [n for n, r in roles.items() if r in _CENTRES or _is_open(n, _CENTRE_WORD)]
    spreads = [n for n, r in roles.items() if r in _SPREADS or _is_open(n, _SPREAD_WORD)]
    if len(centres) != 2 or len(spreads) != 2:
        return {}
    if any(_OF_PRIOR.search(plain(bare[name])) for name in (*centres, *spreads)):
        return {}
    found = {
        centres[0]: Role.MEAN, spreads[0]: Role.SCALE,
        centres[1]: Role.SECOND_MEAN, spreads[1]: Role.SECOND_SCALE,
    }  # fmt: skip
    options = {name: [(0, role)] for name, role in found.items() if roles[name] is not role}
    for name, role in ((centres[1], Role.PRIOR_MEAN), (spreads[1], Role.PRIOR_SCALE)):
        if roles[name] is not role:
            options.setdefault(name, []).append((1, role))
    return options


def _is_open(name: str, word: re.Pattern[str]) -> bool:
    """Whether a name without a role of its own is `mu_style`, `top_logvar` or the like."""
    return name.endswith("?") and word.search(plain(name.rstrip("?"))) is not None


_CENTRE_WORD = re.compile(r"(^|_)(mu|mean|loc)\d?(_|$)")
_SPREAD_WORD = re.compile(r"(^|_)(log_?var|log_?sigma|log_?std|logv|sigma|std|var)\d?(_|$)")


_OF_PRIOR = re.compile(r"(^|_)(p|pz|prior)(_|$)")


def _may_step_aside(name: str) -> bool:
    """Whether a name could be that of a label or of a classifier's output."""
    return looks_like_head(name) or plain(name) in _LABELS or role_of(name) is Role.CONDITION


def _unlikely(roles: set[Role]) -> int:
    """A penalty for readings that lack one of a pair."""
    cost = 0
    if (Role.TARGET in roles) != (Role.RECONSTRUCTION in roles):
        cost += 4
    if (Role.MEAN in roles) != (Role.SCALE in roles) and Role.PACKED not in roles:
        cost += 4
    return cost


def _with_roles(parameters: tuple[Parameter, ...], chosen: Mapping[str, Role]) -> Plan:
    def change(leaf: Leaf) -> Node:
        return Leaf(leaf.name.rstrip("?"), chosen[leaf.name])

    return Plan(tuple(Parameter(p.name, p.kind, mapped(p.node, change)) for p in parameters))


_WORDS: dict[str, Role | None] = {
    "_": None, "-": None, "default": None, "head": Role.HEAD, "class": Role.LABEL,
}  # fmt: skip


def _given_roles(given: str, parameters: list[str]) -> dict[str, Role | None]:
    """`recon,x,mu,logvar` (in the order of the parameters) or `out.a=recon,out.b=mu` (by name)."""
    words = [word.strip() for word in given.split(",") if word.strip()]
    roles: dict[str, Role | None] = {}
    for index, word in enumerate(words):
        name, equals, role_word = word.partition("=")
        if not equals:
            if index >= len(parameters):
                raise SignatureError(
                    f"--signature gives {len(words)} roles, but the function takes "
                    f"{len(parameters)}: {', '.join(parameters)}"
                )
            name, role_word = parameters[index], word
        if role_word in _WORDS:
            roles[name] = _WORDS[role_word]
            continue
        role = role_of(role_word)
        if role is None:
            raise SignatureError(
                f"--signature: {role_word!r} is no role; write one of "
                "recon, x, mu, s, z, c, recon_scale, prior_mu, prior_s, head, class, or _ for the "
                "default"
            )
        roles[name.rpartition(".")[2]] = role
    return roles
