"""`FILE.py:FUNCTION` → the callable. The file is imported and run, as pytest would do it."""

from __future__ import annotations
import __future__

import ast
import contextlib
import importlib.util
import inspect
import re
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from vaetheory.audit.instances import instance

_MODULE = "audited_file"


class LoadError(Exception):
    """The file or the function could not be had; the message says what to do."""


@dataclass
class Loaded:
    """The callable, and what had to be assumed to get it."""

    function: Callable[..., Any]
    assumed: list[str] = field(default_factory=list)


def parse(target: str) -> tuple[Path, str]:
    """`losses.py:VAE.loss` → the path `losses.py` and the dotted name `VAE.loss`."""
    file, colon, name = target.rpartition(":")
    if not colon or not file or not name:
        raise LoadError(f"{target!r} is not FILE.py:FUNCTION; write for example losses.py:vae_loss")
    path = Path(file)
    if not path.is_file():
        raise LoadError(f"there is no file {file!r}")
    if path.suffix != ".py":
        raise LoadError(f"{file!r} is not a .py file")
    return path, name


def load(target: str) -> Loaded:
    """Import the file and find the function, method, class or object in it."""
    path, name = parse(target)
    source = _read(path)
    _use_double_precision(source)
    module, assumed = _module(path, source)
    found: Any = module
    owner: Any = None
    for part in name.split("."):
        if not hasattr(found, part):
            raise LoadError(_not_found(part, found, path, module.__name__))
        owner, found = found, getattr(found, part)
    if inspect.isclass(owner) and inspect.isfunction(found) and not _is_static(owner, found):
        made = instance(owner)
        assumed += made.assumed
        found = getattr(made.value, found.__name__)
    elif inspect.isclass(found):
        made = instance(found)
        assumed += made.assumed
        found = made.value
    if not callable(found):
        raise LoadError(f"{name!r} in {path.name} is a {type(found).__name__}, not a function")
    return Loaded(found, assumed)


def _use_double_precision(source: str) -> None:
    """Tensors that the file makes while it is imported are float64 too, as in the audit itself."""
    if "torch" in source:
        import torch

        torch.set_default_dtype(torch.float64)


def _is_static(owner: type, function: Any) -> bool:
    return isinstance(inspect.getattr_static(owner, function.__name__, None), staticmethod)


def _not_found(part: str, found: Any, path: Path, module: str) -> str:
    names = [
        key for key, value in vars(found).items()
        if callable(value) and getattr(value, "__module__", None) == module
    ]  # fmt: skip
    known = ", ".join(sorted(names)) or "no functions"
    return f"{path.name} has no {part!r}; it has {known}"


def _read(path: Path) -> str:
    try:
        source = path.read_text(encoding="utf-8")
        ast.parse(source, filename=str(path))
    except UnicodeDecodeError as error:
        raise LoadError(f"{path.name} is not UTF-8 text: {error}") from error
    except SyntaxError as error:
        raise LoadError(
            f"{path.name}, line {error.lineno}: {error.msg}: {(error.text or '').strip()}"
        ) from error
    except ValueError as error:
        raise LoadError(f"{path.name}: {error}") from error
    return source


def _module(path: Path, source: str) -> tuple[types.ModuleType, list[str]]:
    """The imported module; where importing raises, its definitions alone."""
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    module = _fresh(path)
    with _uncompiled(source):
        return _executed(module, path, source)


@contextlib.contextmanager
def _uncompiled(source: str) -> Iterator[None]:
    """`@torch.compile` and `@torch.jit.script` leave functions as they are written.

    What they compute is the same, and to compile for every probed shape would take minutes.
    """
    if "torch" not in source or not re.search(r"\bcompile\b|\bjit\b", source):
        yield
        return
    import torch

    def unchanged(function: Any = None, *_: Any, **__: Any) -> Any:
        return (lambda found: found) if function is None else function

    with (
        mock.patch.object(torch, "compile", unchanged),
        mock.patch.object(torch.jit, "script", unchanged),
    ):
        yield


def _executed(
    module: types.ModuleType, path: Path, source: str
) -> tuple[types.ModuleType, list[str]]:
    try:
        # The annotations of a signature are never needed, and often name what is not installed.
        flags = __future__.annotations.compiler_flag
        exec(compile(source, str(path), "exec", flags=flags), module.__dict__)
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:
        why = f"{type(error).__name__}: {error}".splitlines()[0]
        module = _fresh(path)
        skipped = _define(module, source, path)
        return module, [
            f"importing {path.name} raised {why}; only its definitions were run"
            + (f" ({skipped} statements skipped)" if skipped else "")
        ]
    return module, []


def _fresh(path: Path) -> types.ModuleType:
    package = _package(path)
    name = f"{package}.{path.stem}" if package else _MODULE
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None:
        raise LoadError(f"{path.name} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    return module


def _package(path: Path) -> str:
    """The dotted package of a file, for its relative imports; its root goes on the path."""
    parts: list[str] = []
    folder = path.resolve().parent
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    if parts and str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    return ".".join(parts)


_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)


def _define(module: types.ModuleType, source: str, path: Path) -> int:
    """Run imports, definitions and plain assignments one by one; return how many did not run.

    A class whose base is not at hand is defined without it: its loss seldom needs the base.
    """
    skipped = 0
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.ClassDef):
            skipped += not (_run(statement, module, path) or _run(_bare(statement), module, path))
        elif isinstance(statement, _DEFINITIONS) or (
            isinstance(statement, ast.Assign | ast.AnnAssign) and not _calls_out(statement)
        ):
            skipped += not _run(statement, module, path)
        else:
            skipped += not isinstance(statement, ast.Expr) or not isinstance(
                statement.value, ast.Constant
            )
    return skipped


def _bare(statement: ast.ClassDef) -> ast.ClassDef:
    known = [
        base for base in statement.bases if ast.unparse(base) in ("nn.Module", "torch.nn.Module")
    ]
    bare = ast.ClassDef(
        name=statement.name, bases=known, keywords=[], body=statement.body, decorator_list=[]
    )
    return ast.copy_location(bare, statement)


_SAFE_CALLS = ("Namespace", "SimpleNamespace", "device", "dict", "tensor", "float", "int", "log",
               "sqrt", "BCELoss", "MSELoss", "BCEWithLogitsLoss", "L1Loss")  # fmt: skip


def _calls_out(statement: ast.Assign | ast.AnnAssign) -> bool:
    """Whether an assignment calls anything that could load data, train or parse arguments."""
    return any(
        isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] not in _SAFE_CALLS
        for node in ast.walk(statement)
    )


def _run(statement: ast.stmt, module: types.ModuleType, path: Path) -> bool:
    tree = ast.fix_missing_locations(ast.Module(body=[statement], type_ignores=[]))
    flags = __future__.annotations.compiler_flag
    try:
        exec(compile(tree, str(path), "exec", flags=flags), module.__dict__)
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException:
        return False
    return True
