"""What a function's source says about its arguments: which keys, attributes and parts it takes.

Only the shape of the inputs is read here; what the function computes is found by calling it.
"""

from __future__ import annotations

import ast
import copy
import functools
import inspect
import textwrap
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vaetheory.audit.callables import implementation

# Attributes of tensors and arrays: `x.view` does not make x a record.
_TENSOR_ATTRIBUTES = frozenset((
    "shape", "size", "view", "reshape", "flatten", "device", "dtype", "dim", "ndim", "numel",
    "T", "mT", "data", "grad", "requires_grad", "pow", "exp", "log", "log1p", "sum", "mean",
    "add", "mul", "div", "sub", "neg", "sqrt", "square", "abs", "clamp", "clamp_min",
    "clamp_max", "clip", "detach", "item", "cpu", "cuda", "to", "float", "double", "half",
    "type", "type_as", "new", "new_zeros", "new_ones", "contiguous", "squeeze", "unsqueeze",
    "expand", "expand_as", "permute", "transpose", "t", "chunk", "split", "argmax", "max",
    "min", "softmax", "sigmoid", "tanh", "log_softmax", "norm", "repeat", "is_cuda", "backward",
    "numpy", "astype", "add_", "mul_", "div_", "sub_", "pow_", "exp_", "neg_", "log_", "sum_",
    "sqrt_", "matmul", "mm", "bmm", "dot", "var", "std", "prod", "cumsum", "long", "int",
    "bool", "fill_", "zero_", "clone", "narrow", "select", "index_select", "masked_select",
    "unbind", "nelement", "element_size", "is_sparse", "get_shape", "copy", "ravel", "at",
    "set", "std_", "logsumexp", "gather", "scatter", "eq", "ne", "gt", "lt", "ge", "le",
    "round", "floor", "swapaxes", "nan_to_num", "isnan", "isfinite", "any", "all", "lerp",
    "addcmul", "new_tensor", "new_full", "nonzero", "where", "requires_grad_", "ndimension",
    "stride", "is_contiguous", "tolist", "size_average", "keys", "items", "values", "get",
    "pop", "update", "copy_", "append", "extend", "index", "count",
))  # fmt: skip


# What a loop binds: a name, or nested names, as in `for i, (x, _) in enumerate(loader)`.
Target = str | list["Target"]

# Stands for the result of a call that is split in two at once: `mu, s = f(x).chunk(2, dim=1)`.
HALVES = "two halves"


@dataclass
class Usage:
    """How one name is taken apart."""

    keys: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    unpacked: list[str] | None = None
    indexed: dict[int, str] = field(default_factory=dict)
    halved: bool = False
    called: bool = False

    def absorb(self, other: Usage) -> None:
        """Add the other's ways of taking the name apart."""
        for mine, theirs in (
            (self.keys, other.keys), (self.attributes, other.attributes),
            (self.methods, other.methods),
        ):  # fmt: skip
            mine += [item for item in theirs if item not in mine]
        self.unpacked = self.unpacked or other.unpacked
        self.indexed |= other.indexed
        self.halved |= other.halved
        self.called |= other.called


@dataclass
class Source:
    """The facts of one function.

    `calls` maps a dotted callee to the names that its result is bound to; `compared` a dotted name
    to the first text that it is compared with; `options` a bare name to all such texts; `starred` a
    name to the call that it is spread into; `handed_on` lists callees with the names that they are
    given, `_` for what is no name.
    """

    usages: dict[str, Usage]
    calls: dict[str, list[str]]
    literals: set[float]
    declared: dict[str, float]
    chains: set[tuple[str, ...]]
    returned: list[str]
    text: str
    compared: dict[str, str] = field(default_factory=dict)
    starred: dict[str, tuple[str, int]] = field(default_factory=dict)
    loops: dict[str, Target] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)
    handed_on: list[tuple[str, list[str]]] = field(default_factory=list)

    @classmethod
    def empty(cls) -> Source:
        """Nothing is known."""
        return cls({}, {}, set(), {}, set(), [], "")

    def absorb(self, inner: Source, renamed: Mapping[str, str]) -> None:
        """Add what a callee does with names of this function, `renamed` from its own."""
        for formal, name in renamed.items():
            if formal in inner.usages:
                self.usages.setdefault(name, Usage()).absorb(inner.usages[formal])
            if formal in inner.loops:
                self.loops.setdefault(name, inner.loops[formal])
            if formal in inner.options:
                self.options.setdefault(name, inner.options[formal])
        for callee, targets in inner.calls.items():
            head, dot, rest = callee.partition(".")
            if head in renamed:
                self.calls.setdefault(renamed[head] + dot + rest, targets)
        for name, usage in inner.usages.items():
            # What a call of the model gives is named in there.
            if name not in renamed:
                self.usages.setdefault(name, usage)
        self.text += "\n" + inner.text

    def usage(self, name: str) -> Usage:
        """How a name is used; nothing known gives an empty answer."""
        return self.usages.get(name, Usage())


def read(function: Callable[..., Any]) -> Source:
    """The facts of a function; empty where the source cannot be had (a REPL, a C function)."""
    found = implementation(function)
    code = getattr(getattr(found, "__func__", found), "__code__", None)
    return _read(code) if code is not None else Source.empty()


def read_through(function: Callable[..., Any], base: Any, depth: int = 3) -> Source:
    """The facts of a function together with those of what it hands its arguments on to.

    `training_step(self, batch, batch_idx)` that returns `self.step(batch, "train")` takes its batch
    apart in there. `base` is the object behind `self`.
    """
    source = copy.deepcopy(read(function))
    if depth == 0:
        return source
    space = getattr(implementation(function), "__globals__", {})
    for callee, names in source.handed_on:
        is_method = callee.startswith("self.") and base is not None
        target = getattr(type(base), callee[5:], None) if is_method else space.get(callee)
        if not isinstance(target, types.FunctionType) or target.__code__ is _code_of(function):
            continue
        inner = read_through(target, base, depth - 1)
        taken = list(inspect.signature(target).parameters)[is_method:]
        renamed = {"self": "self"} if is_method else {}
        renamed |= {formal: name for formal, name in zip(taken, names, strict=False) if name != "_"}
        source.absorb(inner, renamed)
    return source


def _code_of(function: Callable[..., Any]) -> types.CodeType | None:
    found = implementation(function)
    return getattr(getattr(found, "__func__", found), "__code__", None)


@functools.lru_cache(maxsize=512)
def _read(code: types.CodeType) -> Source:
    try:
        text = textwrap.dedent(inspect.getsource(code))
        tree = ast.parse(text)
    except (OSError, TypeError, SyntaxError, IndentationError):
        return Source.empty()
    # A lambda's source is the statement that it stands in.
    nodes = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.Lambda)]
    return _Reader(text).read(nodes[0] if nodes else tree)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.usages: dict[str, Usage] = {}
        self.calls: dict[str, list[str]] = {}
        self.literals: set[float] = set()
        self.declared: dict[str, float] = {}
        self.chains: set[tuple[str, ...]] = set()
        self.returned: list[str] = []
        self.compared: dict[str, str] = {}
        self.starred: dict[str, tuple[str, int]] = {}
        self.loops: dict[str, Target] = {}
        self.options: dict[str, list[str]] = {}
        self.handed_on: list[tuple[str, list[str]]] = []

    def read(self, tree: ast.AST) -> Source:
        for node in ast.walk(tree):
            match node:
                case ast.Assign(targets=[target], value=value):
                    self._assigned(target, value)
                case ast.Return(value=ast.Tuple(elts=parts)):
                    self.returned = [ast.unparse(part) for part in parts]
                case ast.Return(value=ast.expr() as value) if not self.returned:
                    self.returned = [ast.unparse(value)]
                case ast.Constant(value=bool() | None):
                    pass
                case ast.Constant(value=int() | float() as number):
                    self.literals.add(float(number))
                case ast.Attribute():
                    self._attribute(node)
                case ast.Compare(
                    left=ast.Attribute() as left, comparators=[ast.Constant(value=str(text)), *_]
                ):
                    self.compared.setdefault(ast.unparse(left), text)
                case ast.Compare(left=ast.Name(id=name), comparators=[other, *_]):
                    self._option(name, other)
                case ast.Match(subject=ast.Name(id=name), cases=cases):
                    for case in cases:
                        if isinstance(case.pattern, ast.MatchValue):
                            self._option(name, case.pattern.value)
                case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))):
                    _add(self._usage(name).keys, key)
                    self.chains.add((name, f"[{key}]"))
                case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=int(index))):
                    self._usage(name).indexed.setdefault(index, "")
                case ast.Call():
                    self._call(node)
                case ast.For(target=target, iter=over):
                    self._loop(target, over)
        return Source(
            self.usages, self.calls, self.literals, self.declared, self.chains, self.returned,
            self.text, self.compared, self.starred, self.loops, self.options, self.handed_on,
        )  # fmt: skip

    def _loop(self, target: ast.expr, over: ast.expr) -> None:
        """`for x, _ in loader`, through `enumerate` and progress bars."""
        if isinstance(target, ast.Name) and isinstance(over, ast.Name):
            self._usage(over.id).indexed.setdefault(0, target.id)
        while isinstance(over, ast.Call) and over.args:
            if ast.unparse(over.func) == "enumerate" and isinstance(target, ast.Tuple):
                target = target.elts[-1]
            over = over.args[0]
        if dotted := _dotted(over):
            self.loops.setdefault(dotted, _target(target))

    def _option(self, name: str, other: ast.expr) -> None:
        """`kind == "mse"`, `kind in ("mse", "l2")`."""
        parts = other.elts if isinstance(other, ast.Tuple | ast.List | ast.Set) else [other]
        for part in parts:
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                found = self.options.setdefault(name, [])
                _add(found, part.value)

    def _usage(self, name: str) -> Usage:
        return self.usages.setdefault(name, Usage())

    def _attribute(self, node: ast.Attribute) -> None:
        chain = _chain(node)
        if chain is None:
            return
        self.chains.add(chain)
        if len(chain) == 2 and chain[1] not in _TENSOR_ATTRIBUTES:
            _add(self._usage(chain[0]).attributes, chain[1])

    def _call(self, node: ast.Call) -> None:
        if (dotted := _dotted(node.func)) and any(isinstance(a, ast.Name) for a in node.args):
            self.handed_on.append((dotted, _names(node.args)))
        for index, argument in enumerate(node.args):
            if isinstance(argument, ast.Starred) and isinstance(argument.value, ast.Name):
                self.starred[argument.value.id] = (ast.unparse(node.func), index)
        match node:
            case ast.Call(func=ast.Name(id=name)):
                self._usage(name).called = True
                if name == "getattr":
                    self._getattr(node)
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="get" | "pop"),
                args=[ast.Constant(value=str(key)), *_],
            ):
                _add(self._usage(name).keys, key)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="chunk" | "split")):
                self._usage(name).halved = True
            case ast.Call(func=ast.Attribute(attr="chunk" | "split"), args=[ast.Name(id=name), *_]):
                self._usage(name).halved = True
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)):
                _add(self._usage(name).methods, method)

    def _getattr(self, node: ast.Call) -> None:
        match node.args:
            case [ast.Name(id=name), ast.Constant(value=str(key)), *_]:
                _add(self._usage(name).attributes, key)

    def _assigned(self, target: ast.expr, value: ast.expr) -> None:
        match target, value:
            case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
                for one, other in zip(targets, values, strict=True):
                    self._assigned(one, other)
            case _, ast.IfExp(body=body):
                # `x = batch[0] if isinstance(batch, tuple) else batch`
                self._assigned(target, body)
            case ast.Tuple(elts=targets), ast.Name(id=name):
                self._usage(name).unpacked = _names(targets)
            case ast.Name(id=name), ast.Constant(value=bool()):
                pass
            case ast.Name(id=name), ast.Constant(value=int() | float() as number):
                self.declared[name] = float(number)
            case ast.Name(id=to), ast.Subscript(
                value=ast.Name(id=name), slice=ast.Constant(value=int(index))
            ):
                self._usage(name).indexed[index] = to
            case ast.Tuple(elts=targets), ast.Call(func=callee) if dotted := _dotted(callee):
                self.calls[dotted] = _names(targets)
            case (
                ast.Tuple(elts=targets),
                ast.Call(func=ast.Attribute(value=ast.Call(func=callee), attr="apply")),
            ) if dotted := _dotted(callee):
                # Flax: `VAE(latents).apply({"params": params}, x, rng)`
                self.calls[f"{dotted}().apply"] = _names(targets)
            case (
                ast.Tuple(),
                ast.Call(func=ast.Attribute(value=ast.Call(func=callee), attr="chunk" | "split")),
            ) if dotted := _dotted(callee):
                self.calls[dotted] = [HALVES]
            case ast.Name(id=to), ast.Call(func=callee) if dotted := _dotted(callee):
                self.calls[dotted] = [to]


def _target(node: ast.expr) -> Target:
    if isinstance(node, ast.Tuple | ast.List):
        return [_target(part) for part in node.elts]
    return node.id if isinstance(node, ast.Name) else "_"


def _names(targets: list[ast.expr]) -> list[str]:
    """Names of unpacking targets; a starred rest and the blank `_` come as `_`."""
    return [t.id if isinstance(t, ast.Name) else "_" for t in targets]


def _chain(node: ast.expr) -> tuple[str, ...] | None:
    """`args.model.beta` → ("args", "model", "beta"); None where it does not start at a name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return (node.id, *reversed(parts)) if isinstance(node, ast.Name) else None


def _dotted(node: ast.expr) -> str | None:
    chain = (node.id,) if isinstance(node, ast.Name) else _chain(node)
    return ".".join(chain) if chain else None


def _add(items: list[str], item: str) -> None:
    if item not in items:
        items.append(item)
