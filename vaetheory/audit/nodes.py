"""What one parameter of a loss function is filled with: an array, a number, a record, a model."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from vaetheory.audit import source as source_
from vaetheory.audit.names import (
    is_likelihood,
    is_posterior,
    is_prior,
    is_value,
    looks_like_index,
    looks_like_number,
    plain,
    role_of,
    size_named,
)
from vaetheory.audit.plan import (
    Batches,
    Built,
    Fixed,
    Items,
    Leaf,
    Node,
    Normal,
    Number,
    Record,
    StandIn,
    leaves,
)
from vaetheory.audit.roles import Role
from vaetheory.audit.training import Absorbing, is_helper, is_loader, is_weights

_CRITERION = re.compile(r"criterion|loss|bce|mse|nll|lpips|perceptual|_fn$|_func$|function")
_OBJECTIVE = re.compile(r"loss|elbo|kl|diverg|likelihood|criterion|nll|penalty|objective")
_NO_ANSWER = frozenset((
    "train", "eval", "parameters", "log", "log_dict", "zero_grad", "apply_gradients", "replace",
))  # fmt: skip
_DISTRIBUTION_USES = frozenset(
    ["log_prob", "rsample", "sample", "mean", "stddev", "loc", "scale", "entropy"]
)
# What torch.distributions gives; a posterior that is asked for more has a class of its own.
_TORCH_METHODS = frozenset((
    "log_prob", "rsample", "sample", "entropy", "expand", "cdf", "sample_n", "mean", "loc", "scale",
    "stddev", "variance", "size", "detach", "to",
))  # fmt: skip
_OWN_METHODS = frozenset(["kl", "kl_divergence", "kl_to_standard", "mode", "nll"])
# Arguments that steer the bookkeeping, with a value under which a loss is what it is in training.
_PLAIN_VALUES: dict[str, Any] = {
    "reduction": "sum", "device": "cpu", "training": True, "is_train": True, "train": True,
    "storer": None, "metrics": None, "recorder": None, "verbose": False,
    "batch_idx": 0,
}  # fmt: skip
# Names of what a model returns as a whole, and of batches.
_CONTAINERS = frozenset((
    "output", "outputs", "out", "o", "result", "results", "res", "ret", "model_output",
    "model_outputs", "model_out", "preds", "batch", "prediction", "predictions", "forward_output",
    "fwd", "tensors", "variables", "vae_output", "vae_out",
))  # fmt: skip
_MODELS = frozenset((
    "model", "vae", "net", "network", "self", "autoencoder", "cvae", "module", "generator",
    "encoder", "enc", "decoder", "dec", "state", "train_state", "ts",
))  # fmt: skip


class Doubt(Enum):
    """What else a parameter could be."""

    LETTERS = "`def loss(a, b, c, d)`: letters that are often numbers may be arrays"
    NUMBERS = "`def loss(rate, x, mu, s)`: what is often a number may be x̂"
    CONTAINERS = "`def loss(out, x)`: what looks like an array may be a record of them"


@dataclass
class NodeMaker:
    """Makes nodes from the facts of a function's source.

    `learned` are fields that records turned out to need, `wanted` the roles that the user gave,
    `base` the real object behind `self`, `space` the function's globals.
    """

    source: source_.Source
    learned: Mapping[str, tuple[str, ...]]
    wanted: Mapping[str, Role | None]
    doubt: Doubt | None
    base: Any
    space: Mapping[str, Any]

    def parameter(self, parameter: inspect.Parameter) -> Node | None:
        """The node of a parameter; None where it is left to its default."""
        name = parameter.name
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            node = self.container(name, name)
            return node if isinstance(node, Items) else Items(())
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            keys = self.source.usage(name).keys + list(self.learned.get(name, ()))
            return Record(name, tuple((key, self.named(key)) for key in keys))
        if parameter.default is inspect.Parameter.empty:
            return self.named(name)
        return self.defaulted(name, parameter.default)

    def defaulted(self, name: str, default: Any) -> Node:
        """Numbers with a default are hyperparameters; arrays that default to None are filled."""
        if self.wanted.get(name):
            return self.named(name)
        if isinstance(default, int | float) and not isinstance(default, bool):
            return Fixed(default) if looks_like_index(name) else Number(name)
        role = role_of(name)
        wanted = (Role.MEAN, Role.SCALE, Role.TARGET, Role.RECONSTRUCTION)
        if default is None and role in wanted and not self.source.usage(name).called:
            return self.named(name)
        return Fixed(default)

    def named(self, name: str) -> Node:
        """The node for a name: a container, a model, an array or a number."""
        if name in self.wanted:
            role = self.wanted[name]
            return Fixed(None) if role is None else Leaf(name, role)
        if looks_like_index(name):
            return Fixed(0)
        if size_named(name) is None and self.is_count(name):
            return Fixed(1)
        if plain(name) in _PLAIN_VALUES:
            return Fixed(_PLAIN_VALUES[plain(name)])
        if options := self.source.options.get(name):
            return Fixed(next((o for o in options if o.startswith("train")), options[0]))
        if is_helper(name):
            return Fixed(Absorbing())
        if is_loader(name) and name in self.source.loops:
            return Batches(name, self.batch(self.source.loops[name], 0))
        return (
            self.distribution(name)
            or self.container(name, name)
            or self.stand_in(name)
            or self.array(name)
        )

    def distribution(self, name: str) -> Node | None:
        """q(z|x) or p(z) as an object, where the source uses it as one."""
        usage = self.source.usage(name)
        used = {*usage.methods, *usage.attributes} & _DISTRIBUTION_USES
        spread = name in self.source.starred
        divergence = re.search(rf"kl_divergence\([^)]*\b{re.escape(name)}\b", self.source.text)
        own = is_posterior(name) and set(usage.methods) & _OWN_METHODS
        if spread or not (used or divergence or own):
            return None
        if is_posterior(name) and not set(usage.methods) <= _TORCH_METHODS:
            return self.own_posterior(name, usage)
        mean, scale = Leaf(f"{name}.loc", Role.MEAN), Leaf(f"{name}.scale", Role.SCALE)
        if is_posterior(name):
            return Normal(name, mean, scale)
        if is_likelihood(name):
            return Normal(name, Leaf(f"{name}.loc", Role.RECONSTRUCTION))
        return Normal(name, mean, scale, standard=True) if is_prior(name) else None

    def own_posterior(self, name: str, usage: source_.Usage) -> Node:
        """A q(z|x) with methods of its own, such as `kl()`, made from its class if that is here."""
        wanted = {*usage.methods, *usage.attributes}
        for cls in self.space.values():
            if inspect.isclass(cls) and "kl" in wanted and _offers(cls, wanted):
                needed = _needed(cls)
                if len(needed) == 1:
                    return Built(name, cls, (Leaf(f"{name}.{needed[0]}", Role.PACKED),))
                if len(needed) == 2:
                    mean, scale = (f"{name}.{parameter}" for parameter in needed)
                    return Built(name, cls, (Leaf(mean, Role.MEAN), Leaf(scale, Role.SCALE)))
        return Fixed(_Unknown(name))

    def container(self, name: str, label: str) -> Node | None:
        """A tuple or record, where the source takes the name apart."""
        usage = self.source.usage(name)
        if name in self.source.starred:
            return self.spread(name)
        strong = role_of(name) is not None and plain(name) not in _CONTAINERS
        if usage.unpacked and not usage.halved:
            return Items(tuple(self.item(name, i, n) for i, n in enumerate(usage.unpacked)))
        fields = [*usage.keys, *usage.attributes, *self.learned.get(name, ())]
        if fields and plain(name) not in _MODELS and not usage.called:
            unique = dict.fromkeys(fields)
            return Record(label, tuple((key, self.field(key)) for key in unique))
        if usage.indexed and not strong:
            length = max(usage.indexed) + 1 if max(usage.indexed) >= 0 else 2
            named = [usage.indexed.get(i, "") for i in range(length)]
            return Items(tuple(self.item(name, i, n) for i, n in enumerate(named)))
        if plain(name) in _CONTAINERS and self.doubt is Doubt.CONTAINERS:
            # Taken apart by a helper, perhaps: the record learns its fields when asked for them.
            return Record(label, ())
        return None

    def spread(self, name: str) -> Node:
        """`kl(*latent_dist, storer)`: as many entries as the callee has arrays before the rest."""
        callee, start = self.source.starred[name]
        try:
            function = self.space[callee]
            names = list(inspect.signature(function).parameters)[start:]
        except (KeyError, TypeError, ValueError):
            names = ["mu", "logvar"]
        wanted = [n for n in names if role_of(n) in (Role.MEAN, Role.SCALE)] or names[:2]
        return Items(tuple(self.item(name, i, n) for i, n in enumerate(wanted)))

    def field(self, key: str) -> Node:
        """A field of a record; its own usage is not looked up under the same name."""
        given = self.wanted.get(key)
        return Leaf(key, given) if given is not None else self.array(key)

    def item(self, owner: str, index: int, name: str) -> Node:
        """An entry of a tuple, by the name that it is unpacked to."""
        is_label = plain(owner) in ("batch", "data") and index > 0 and name in ("y", "label")
        if name == "_" or is_label:
            return Leaf(f"{owner}[{index}]", Role.CONDITION)
        return self.named(name) if name else Leaf(f"{owner}[{index}]?", Role.CONDITION)

    def batch(self, target: source_.Target, index: int) -> Node:
        """What a loop over a loader is given, from the names that it is taken apart into."""
        if isinstance(target, str):
            return self.item("batch", index, target)
        return Items(tuple(self.batch(part, i) for i, part in enumerate(target)))

    def stand_in(self, name: str) -> Node | None:
        """A stand-in for a model, where the name is called or its methods are."""
        usage = self.source.usage(name)
        is_model = plain(name) in _MODELS
        if not (usage.called or is_model):
            return None
        if not is_model and _CRITERION.search(plain(name)):
            return Fixed(_handed_in)
        base = self.base if name == "self" else None
        answers: dict[str, Node] = {}
        for dotted, targets in self.source.calls.items():
            head, _, method = dotted.partition(".")
            if head == name and "." not in method and method not in _NO_ANSWER:
                answers[method] = self.answer(targets, method or name)
        if (of_apply := self.source.calls.get(f"{name}().apply")) is not None:
            made = StandIn(f"{name}()", (("apply", self.answer(of_apply, "apply")),))
            return StandIn(name, (("", made),))
        learned = self.learned.get(name, ())
        methods = [m for m in usage.methods if base is None or _has_parameters(base, m)]
        for method in (*methods, *learned, *([""] if usage.called else [])):
            method = "" if method == "()" else method
            if method not in answers and method not in _NO_ANSWER:
                answers[method] = self.answer([], method or name)
        if base is not None:
            # The real object computes its losses itself; only its networks are stood in for.
            answers = {m: n for m, n in answers.items() if _is_network(base, m, n)}
        numbers = [
            a for a in usage.attributes
            if a not in answers and a not in usage.methods and not hasattr(base, a)
            and not is_helper(a) and not is_weights(a)
        ]  # fmt: skip
        return StandIn(name, tuple(answers.items()), tuple(numbers), base)

    def answer(self, targets: list[str], method: str) -> Node:
        """What a call of a model returns, from the names that its result is unpacked to."""
        if len(targets) > 1:
            return Items(tuple(self.item(method, i, n) for i, n in enumerate(targets)))
        if targets == [source_.HALVES]:
            return Leaf(method, Role.PACKED)
        if len(targets) == 1 and (node := self.container(targets[0], targets[0])):
            return node
        if "param" in method or "sampl" in plain(method):
            return Leaf(targets[0] if targets else method, Role.SAMPLE)
        if plain(method).startswith("dec") or plain(method) == "generate":
            return Leaf(targets[0] if targets else method, Role.RECONSTRUCTION)
        return self.array(targets[0]) if targets else Leaf(f"{method}()?", Role.CONDITION)

    def array(self, name: str) -> Node:
        """An array, or a number where the name says so and no array is called that."""
        role = role_of(name)
        if self.doubt is Doubt.LETTERS and len(name) == 1 and role is not Role.SAMPLE:
            return Leaf(f"{name}?", Role.CONDITION)
        if self.source.usage(name).halved and role is not Role.TARGET:
            return Leaf(name, Role.PACKED)
        if self.is_midpoint(name):
            return Number(name)
        if name == "C":
            return Number(name)  # a capacity: a condition is written c
        if role is None and looks_like_number(name):
            is_open = self.doubt is Doubt.NUMBERS and not is_value(name)
            return Leaf(f"{name}?", Role.CONDITION) if is_open else Number(name)
        return Leaf(name, role) if role else Leaf(f"{name}?", Role.CONDITION)

    def is_count(self, name: str) -> bool:
        """Whether a name only counts rounds: `for epoch in range(n_epochs)`."""
        return re.search(rf"range\((1,\s*)?{re.escape(name)}\b", self.source.text) is not None

    def is_midpoint(self, name: str) -> bool:
        """Whether `x0` is the middle of an annealing curve over steps, and no data."""
        return plain(name) in ("x0", "x_0") and re.search(r"\bstep\b", self.source.text) is not None


def _offers(cls: type, wanted: set[str]) -> bool:
    """Whether a class has the methods, or sets the attributes, that are asked of its objects."""
    code = getattr(inspect.getattr_static(cls, "__init__", None), "__code__", None)
    set_inside = set(getattr(code, "co_names", ()))
    return callable(getattr(cls, "kl", None)) and all(
        hasattr(cls, name) or name in set_inside for name in wanted
    )


def _needed(cls: type) -> list[str]:
    """The arguments without which no object of a class can be made."""
    try:
        parameters = inspect.signature(cls).parameters.values()
    except (TypeError, ValueError):
        return []
    return [
        p.name for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD
    ]


class _Unknown:
    """A posterior whose methods are defined where they cannot be seen."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> Any:
        if method.startswith("__"):
            raise AttributeError(method)
        raise TypeError(
            f"the class of {self._name} is not in this file, so what {self._name}.{method} is, is "
            "not known here"
        )


def _is_network(base: Any, method: str, answer: Node) -> bool:
    """Whether a part of the real object is a network, absent, or gives what a network gives."""
    if getattr(base, method, None) is None or _has_parameters(base, method):
        return True
    if _OBJECTIVE.search(plain(method)):
        return False
    return any(leaf.role is not Role.CONDITION for leaf in leaves(answer))


def _has_parameters(base: Any, method: str) -> bool:
    """Whether an attribute of the real object is a network with weights."""
    return any(True for _ in getattr(getattr(base, method, None), "parameters", tuple)())


def _handed_in(*_: Any, **__: Any) -> Any:
    """Stands for a criterion that is an argument: what it computes is not in this function."""
    raise TypeError("the criterion is handed in from outside, so its formula is not known here")
