"""A trained network as a world: the theorems hold on it, term by term, and mistakes do not."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.distributions import Independent, Normal

from vaemodels.config import Kind, ModelConfig
from vaemodels.models import ConvolutionalModel, build
from vaemodels.objectives import elbo
from vaemodels.world import NoSuchDensityError, model_world, window_world
from vaetheory import theorems

TOLERANCE = 1e-8


def images(count: int) -> Tensor:
    """Bars at one of four heights: enough for a posterior that is not the prior."""
    x = torch.zeros(count, 1, 4, 4, dtype=torch.float64)
    x[torch.arange(count), 0, torch.arange(count) % 4] = 1
    return x


@pytest.fixture(scope="module", params=Kind)
def trained(request: pytest.FixtureRequest) -> ConvolutionalModel:
    config = ModelConfig(
        kind=request.param, image_shape=(1, 4, 4), classes=2, latent=2, channels=(4,), hidden=16
    )
    model = build(config, seed=1).double()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    draw = torch.Generator().manual_seed(0)
    x, c = images(32), torch.arange(32) % 2
    for _ in range(150):
        noise = torch.randn(1, 32, 2, generator=draw, dtype=torch.float64)
        optimizer.zero_grad()
        (-elbo(model, x, c, noise).elbo.mean()).backward()
        optimizer.step()
    return model.eval()


ON_A_MODEL = (
    "elbo-identity",
    "elbo-reconstruction-kl",
    "elbo-entropy",
    "eubo-identity",
    "evidence-importance-sampling",
)


@pytest.mark.parametrize("name", ON_A_MODEL)
def test_identities_hold_on_a_trained_network(trained: ConvolutionalModel, name: str) -> None:
    for index in range(4):
        world = model_world(trained, images(4)[index], torch.tensor(index % 2))
        left, right = world.sides(theorems.get(name).statement)
        assert left == pytest.approx(right, abs=TOLERANCE)


def test_the_terms_are_those_of_the_objective(trained: ConvolutionalModel) -> None:
    x, c = images(1), torch.tensor([0])
    world = model_world(trained, x[0], c[0])
    bound = theorems.get("elbo-reconstruction-kl").statement
    draw = torch.Generator().manual_seed(3)
    noise = torch.randn(20_000, 1, 2, generator=draw, dtype=torch.float64)
    with torch.no_grad():
        terms = elbo(trained, x, c, noise)
    left, _ = world.sides(bound)
    # 20,000 samples: the standard error is a hundredth of a nat or less here
    assert float(terms.elbo) == pytest.approx(left, abs=0.05)


def test_the_gap_is_positive_and_the_bound_below(trained: ConvolutionalModel) -> None:
    world = model_world(trained, images(1)[0], torch.tensor(0))
    evidence, bound = world.sides(theorems.get("elbo-bound").statement)
    assert evidence > bound + 1e-6


@pytest.mark.parametrize("name", ["elbo-identity", "elbo-reconstruction-kl"])
def test_every_equality_mistake_fails_on_a_trained_network(
    trained: ConvolutionalModel, name: str
) -> None:
    world = model_world(trained, images(1)[0], torch.tensor(0))
    for mistake in theorems.get(name).mistakes:
        left, right = world.sides(mistake.statement)
        assert abs(left - right) > 1e-4, mistake.name


def test_densities_that_a_model_does_not_have_are_refused(trained: ConvolutionalModel) -> None:
    world = model_world(trained, images(1)[0], torch.tensor(0))
    with pytest.raises(NoSuchDensityError, match="no density q"):
        world.sides(theorems.get("kl-chain-rule").statement)


def test_a_posterior_too_narrow_for_the_grid_is_refused(trained: ConvolutionalModel) -> None:
    with pytest.raises(ValueError, match="grid points"):
        model_world(trained, images(1)[0], torch.tensor(0), points_per_scale=1e6)


def test_a_window_around_the_posterior_sees_what_the_whole_grid_sees(
    trained: ConvolutionalModel,
) -> None:
    """Log evidence and gap, to what lies on the window's rim."""
    identity = theorems.get("elbo-identity").statement
    for index in range(4):
        x, c = images(4)[index], torch.tensor(index % 2)
        whole, window = model_world(trained, x, c), window_world(trained, x, c)
        assert float(window.log_evidence) == pytest.approx(float(whole.log_evidence), abs=2e-3)
        left, right = window.sides(identity)
        assert left == pytest.approx(right, abs=TOLERANCE)


def test_a_window_too_small_would_be_noticed(trained: ConvolutionalModel) -> None:
    """The fault that widening is there to catch: a posterior that is wider than q."""
    x, c = images(1)[0], torch.tensor(0)
    whole = model_world(trained, x, c)

    class Narrow(type(trained)):  # type: ignore[misc]
        def posterior(self, x: Tensor, c: Tensor) -> object:
            q = super().posterior(x, c).base_dist
            return Independent(Normal(q.loc, 0.2 * q.scale), 1)

    narrow = Narrow(trained.config)
    narrow.load_state_dict(trained.state_dict())
    window = window_world(narrow.double(), x, c)
    assert float(window.log_evidence) == pytest.approx(float(whole.log_evidence), abs=2e-3)
    reach = float(window.axes[0][-1] - window.axes[0][0]) / 2
    scale = float(narrow.posterior(x[None], c[None]).base_dist.scale[0, 0].detach())
    assert reach > 6.5 * scale
