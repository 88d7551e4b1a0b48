"""The examples on the site's page give the findings that they stand under, and none is missing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import vaetheory.audit
from vaetheory.audit.findings import KINDS

PAGE = Path(__file__).parents[3] / "docs" / "audit.md"
TEXT = PAGE.read_text(encoding="utf-8")
SECTIONS = re.findall(r"^#### `([\w-]+)`\n(.*?)(?=^#{2,4} |\Z)", TEXT, flags=re.M | re.S)
MODEL = re.search(r"```python\n(class Model.*?)```", TEXT, flags=re.S)


def example(body: str, folder: Path) -> dict[str, Any]:
    """The names that the section's code defines; run from a file, as a reader would have it."""
    blocks = re.findall(r"```python\n(.*?)```", body, flags=re.S)
    assert len(blocks) == 1
    assert MODEL is not None
    space: dict[str, Any] = {"torch": torch, "nn": nn, "F": F, "__name__": "page"}
    torch.manual_seed(0)
    path = folder / "example.py"
    path.write_text(MODEL.group(1) + blocks[0], encoding="utf-8")
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), space)
    return space


def test_every_kind_of_finding_has_its_section() -> None:
    assert sorted(name for name, _ in SECTIONS) == sorted(KINDS)


def test_every_section_links_to_the_theorem_that_is_broken() -> None:
    for name, body in SECTIONS:
        theorem = KINDS[name].theorem
        assert not theorem or f"[{theorem}](theorems/{theorem}.md)" in body, name


@pytest.mark.parametrize(("name", "body"), SECTIONS, ids=[name for name, _ in SECTIONS])
def test_the_example_shows_the_finding(name: str, body: str, tmp_path: Path) -> None:
    space = example(body, tmp_path)
    if "loss" in space:
        report = vaetheory.audit.audit(space["loss"])
    elif name == "condition-unused":
        c = F.one_hot(torch.tensor([0, 1, 2, 1]), 3).float()
        report = vaetheory.audit.audit(space["model"], example=torch.rand(4, 12), condition=c)
    else:
        report = vaetheory.audit.audit(space["model"])
    found = {finding.name for finding in report.findings}
    assert name in found, report.findings
    assert found <= {name, "undecided"}, report.findings
