"""Settings that every test shares: one thread a process, Hypothesis profiles, `slow`, `cuda`."""

from __future__ import annotations

import os

# Before torch or BLAS start their pools: pytest-xdist already gives every core a process.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import pytest
from hypothesis import HealthCheck, settings

# The machines that run this are shared, so no deadline: a slow example is not a wrong one.
settings.register_profile("dev", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True, print_blob=True)
settings.register_profile("thorough", settings.get_profile("dev"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests marked slow as well")


def _cuda_is_available() -> bool:
    import torch

    return torch.cuda.is_available()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out `slow` unless it is asked for, and skip `cuda`, aloud, where there is no device."""
    if not config.getoption("--slow") and "slow" not in config.getoption("-m"):
        slow = [item for item in items if item.get_closest_marker("slow")]
        if slow:
            config.hook.pytest_deselected(items=slow)
            items[:] = [item for item in items if not item.get_closest_marker("slow")]
    cuda = [item for item in items if item.get_closest_marker("cuda")]
    if cuda and not _cuda_is_available():
        for item in cuda:
            item.add_marker(pytest.mark.skip(reason="needs a CUDA device"))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse to run where pytest-xdist forgets its groups: each worker would then build the site.

    pytest-xdist 3.8 marks the group in an attribute that pytest 9.2 no longer reads.
    """
    if not getattr(session.config.option, "loadgroup", False):
        return
    for item in session.items:
        if item.get_closest_marker("xdist_group") and "@" not in item.nodeid:
            raise pytest.UsageError(
                f"pytest {pytest.__version__} and the installed pytest-xdist do not keep groups of "
                f"tests together ({item.nodeid}); take the versions of constraints.txt."
            )
