"""The command: exit codes, the JSON contract, a subprocess with a time limit, awkward files."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from vaetheory.audit import command
from vaetheory.audit.isolation import audit_in_subprocess

KEYS = {"schema", "function", "verdict", "up_to_constant", "beta", "terms", "reduction",
        "parametrization", "findings"}  # fmt: skip

FILE = """
import torch
import torch.nn.functional as F
print("printed while the file is imported")

def right(recon_x, x, mu, logvar):
    print("printed by the loss")
    bce = F.binary_cross_entropy(recon_x, x, reduction="sum")
    return bce - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())

def hidden(recon_x, x, mu, logvar):
    return F.mse_loss(recon_x, x) - 0.5 * torch.mean(1 + logvar - mu.pow(2) - logvar.exp())

def undecided(recon_x, x):
    return F.binary_cross_entropy(recon_x, x)

def odd(i, j, k, l):
    return right(j, l, k, i)

class Loss:
    def __init__(self, beta=2.0):
        self.beta = beta

    def __call__(self, recon_x, x, mu, logvar):
        kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
        return F.binary_cross_entropy(recon_x, x, reduction="sum") + self.beta * kl
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audit") / "losses.py"
    path.write_text(FILE, encoding="utf-8")
    return path


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = command.main(list(arguments))
    out, error = capfd.readouterr()
    return code, out, error


@pytest.mark.parametrize(
    ("name", "code", "verdict", "beta"),
    [
        ("right", 0, "negative ELBO", 1),
        ("hidden", 1, "beta objective", "D/K"),
        ("undecided", 3, "undecided", None),
        ("Loss", 0, "beta objective", "self.beta"),
    ],
)
def test_json_and_exit_codes(
    file: Path, capfd: pytest.CaptureFixture[str], name: str, code: int, verdict: str, beta: Any
) -> None:
    found, out, _ = run(capfd, f"{file}:{name}", "--json")
    document = json.loads(out)
    assert (found, document["verdict"], document["beta"]) == (code, verdict, beta)
    assert set(document) >= KEYS
    assert document["schema"] == 1
    assert all(set(row) == {"term", "coefficient", "expected"} for row in document["terms"])
    assert all(set(item) == {"name", "why", "fix"} for item in document["findings"])


def test_signature_names_the_roles(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capfd, f"{file}:odd", "--json", "--signature", "logvar,recon,mu,x")
    assert (code, json.loads(out)["verdict"]) == (0, "negative ELBO")


@pytest.mark.parametrize(
    ("target", "signature", "words"),
    [
        ("{plain}:missing", None, "plain.py has no 'missing'; it has first, second"),
        ("{plain}", None, "is not FILE.py:FUNCTION"),
        ("nowhere.py:f", None, "there is no file 'nowhere.py'"),
        ("{folder}/broken.py:f", None, "broken.py, line 1"),
        ("{folder}/bytes.py:f", None, "bytes.py is not UTF-8"),
        ("{plain}:first", "recon,x,mu,frobnicate", "'frobnicate' is no role; write one of"),
        ("{plain}:first", "recon,x,mu,s,z", "--signature gives 5 roles, but the function takes 4"),
    ],
)
def test_what_cannot_be_read_is_said_and_exits_2(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    target: str,
    signature: str | None,
    words: str,
) -> None:
    plain = tmp_path / "plain.py"
    plain.write_text("def first(recon, x, mu, s): ...\ndef second(x): ...\n", encoding="utf-8")
    (tmp_path / "broken.py").write_text("def f(:\n", encoding="utf-8")
    (tmp_path / "bytes.py").write_bytes(b"\xff\xfe\x00")
    target = target.format(plain=plain, folder=tmp_path)
    code, out, error = run(capfd, target, *(["--signature", signature] if signature else []))
    assert (code, out) == (2, "")
    assert words in error


def test_wrong_usage_exits_2(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(capfd, "--no-such-option")[0] == 2
    assert run(capfd, "--help")[0] == 0


def test_the_table_says_verdict_beta_and_fix(
    file: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    code, out, _ = run(capfd, f"{file}:hidden")
    assert code == 1
    for words in ("hidden: beta objective", "β = D/K", "hidden-beta", "fix: ", "assumed"):
        assert words in out
    assert "\x1b[" not in out
    assert max(map(cell_len, out.splitlines())) <= 100


@pytest.mark.parametrize("line", ["pass", "time.sleep(1)"])
def test_a_file_that_never_ends_is_stopped(tmp_path: Path, line: str) -> None:
    path = tmp_path / "endless.py"
    path.write_text(f"import time\ndef f(recon, x, mu, logvar):\n    while True:\n        {line}\n")
    start = time.monotonic()
    report = audit_in_subprocess(f"{path}:f", None, seconds=2.0)
    assert time.monotonic() - start < 10  # 2 s, and what others of a busy machine took meanwhile
    assert report.verdict.value == "undecided"
    assert "ran for more than 2 s" in report.findings[0].why


def test_a_file_that_ends_the_process_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "leaves.py"
    path.write_text("import os\ndef f(recon, x, mu, logvar):\n    os._exit(5)\n")
    report = audit_in_subprocess(f"{path}:f", None, seconds=20.0)
    assert "ended with status 5" in report.findings[0].why


def test_audit_is_a_function_and_a_package_in_every_order_and_imports_nothing_heavy() -> None:
    code = (
        "import sys, vaetheory.audit.command, vaetheory.audit as a; "
        "assert callable(a) and callable(vaetheory.audit); "
        "assert not {'torch', 'numpy', 'rich'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
