"""Noise is a function of (seed, stream, step, example), and as good as random."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vaemodels.random import Stream, bits, normal, permutation, uniform

SEEDS = st.integers(0, 2**63 - 1)
STEPS = st.integers(0, 2**40)


@given(SEEDS, STEPS, st.permutations(list(range(12))))
def test_an_example_has_its_noise_in_any_batch(seed: int, step: int, order: list[int]) -> None:
    rows = torch.tensor(order)
    whole = normal(seed, Stream.LATENT, step, torch.arange(12), 5)
    assert torch.equal(normal(seed, Stream.LATENT, step, rows, 5), whole[rows])
    halves = [uniform(seed, Stream.LATENT, step, part, 5) for part in rows.split(6)]
    assert torch.equal(torch.cat(halves), uniform(seed, Stream.LATENT, step, rows, 5))


@given(SEEDS, STEPS)
def test_a_step_in_a_tensor_is_the_same_step(seed: int, step: int) -> None:
    rows = torch.arange(3)
    assert torch.equal(
        bits(seed, Stream.LATENT, step, rows, 4),
        bits(seed, Stream.LATENT, torch.tensor(step), rows, 4),
    )


def test_known_values_never_change() -> None:
    """A change here would change every run: the first words of SplitMix64 from these keys."""
    found = bits(0, Stream.LATENT, 1, torch.tensor([0, 1]), 2)
    assert found.tolist() == KNOWN


def reference(seed: int, stream: int, step: int, example: int, element: int) -> int:
    """The same in Python's integers, written from the paper."""
    size = 2**64
    gamma = 0x9E3779B97F4A7C15

    def mix(x: int) -> int:
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 % size
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB % size
        return x ^ (x >> 31)

    key = mix((seed * gamma + stream) % size)
    key = mix((key + step * gamma) % size)
    key = mix((key + example * gamma) % size)
    word = mix((key + element * gamma) % size)
    return word - size if word >= size // 2 else word


KNOWN = [[reference(0, Stream.LATENT, 1, example, j) for j in (1, 2)] for example in (0, 1)]


@given(SEEDS, STEPS, st.integers(0, 2**41), st.sampled_from(Stream))
def test_bits_follow_the_paper(seed: int, step: int, example: int, stream: Stream) -> None:
    found = bits(seed, stream, step, torch.tensor([example]), 3)
    assert found.tolist() == [[reference(seed, stream, step, example, j) for j in (1, 2, 3)]]


# The bounds below are six standard errors: each test fails by chance with probability < 1e-8.
N = 400_000


@pytest.fixture(scope="module")
def numbers() -> torch.Tensor:
    return normal(3, Stream.LATENT, 5, torch.arange(2000), 200, torch.float64)


def test_normal_numbers_have_the_moments_of_the_normal(numbers: torch.Tensor) -> None:
    assert abs(float(numbers.mean())) < 6 / N**0.5
    assert abs(float(numbers.square().mean()) - 1) < 6 * (2 / N) ** 0.5
    assert abs(float(numbers.pow(3).mean())) < 6 * (15 / N) ** 0.5
    assert abs(float(numbers.pow(4).mean()) - 3) < 6 * (96 / N) ** 0.5


def test_normal_numbers_have_the_distribution_of_the_normal(numbers: torch.Tensor) -> None:
    ordered = torch.special.ndtr(numbers.flatten()).sort().values
    distance = (ordered - torch.arange(1, N + 1) / N).abs().max()
    assert float(distance) < 3.2 / N**0.5  # Kolmogorov: 2 exp(-2 · 3.2²) < 3e-9


@pytest.mark.parametrize("lag", [1, 2, 3, 7])
def test_neighbours_are_uncorrelated(numbers: torch.Tensor, lag: int) -> None:
    within = (numbers[:, lag:] * numbers[:, :-lag]).mean()
    across = (numbers[lag:] * numbers[:-lag]).mean()
    assert abs(float(within)) < 6.1 / (numbers[:, lag:].numel()) ** 0.5
    assert abs(float(across)) < 6.1 / (numbers[lag:].numel()) ** 0.5


def test_seeds_streams_and_steps_are_independent() -> None:
    rows = torch.arange(1000)
    keys = [(0, Stream.LATENT, 1), (1, Stream.LATENT, 1), (0, Stream.PRIOR, 1)]
    keys += [(0, Stream.LATENT, 2), (1, Stream.LATENT, 0)]
    drawn = torch.stack([normal(*key, rows, 100).flatten() for key in keys]).double()
    correlation = torch.corrcoef(drawn) - torch.eye(len(keys))
    assert float(correlation.abs().max()) < 6 / 100_000**0.5


def test_uniform_numbers_stay_below_one() -> None:
    drawn = uniform(0, Stream.PIXELS, 0, torch.arange(5000), 201)
    assert drawn.shape == (5000, 201)
    assert 0 <= float(drawn.min()) < 1e-4
    assert 1 - 1e-4 < float(drawn.max()) < 1


def test_a_permutation_is_one_and_differs_between_epochs() -> None:
    one, two = permutation(0, 0, 1000), permutation(0, 1, 1000)
    assert torch.equal(one.sort().values, torch.arange(1000))
    assert int((one == two).sum()) < 20
    assert torch.equal(one, permutation(0, 0, 1000))
