"""Importing the package is light: what is heavy is imported where it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest


def modules_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    return set(done.stdout.split())


def test_the_package_and_its_command_line_are_light() -> None:
    for statement in ("import vaemodels", "import vaemodels.cli"):
        loaded = modules_after(statement)
        assert not loaded & {"torch", "numpy", "matplotlib", "pooch", "rich", "requests", "onnx"}


def test_training_from_python_needs_no_extras() -> None:
    loaded = modules_after("from vaemodels import train, load, Run, Config, preset")
    assert "torch" in loaded
    assert not loaded & {"matplotlib", "pooch", "rich", "requests", "onnx"}


def test_a_planted_import_is_noticed() -> None:
    assert "pooch" in modules_after("import vaemodels, pooch")


def test_public_names() -> None:
    import vaemodels

    for name in vaemodels.__all__:
        assert getattr(vaemodels, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'tarin'"):
        vaemodels.tarin  # noqa: B018
