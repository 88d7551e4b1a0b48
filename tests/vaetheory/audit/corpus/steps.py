"""Training steps that call `backward()`, loops over loaders, and likelihoods with widths."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from tests.vaetheory.audit.corpus.truth import BETA, NEGATIVE, UNDECIDED, WRONG, truth


def _kl(mu, logvar):
    return -0.5 * (1 + logvar - mu**2 - logvar.exp())


@truth(NEGATIVE, 1)
def step_with_optimizer(model, optimizer, x):
    optimizer.zero_grad()
    recon, mu, logvar = model(x)
    loss = F.binary_cross_entropy(recon, x, reduction="sum") + _kl(mu, logvar).sum()
    loss.backward()
    optimizer.step()
    return loss.item()


@truth(WRONG, None, "kl-sign")
def step_with_a_wrong_sign(model, optimizer, x):
    optimizer.zero_grad()
    recon, mu, logvar = model(x)
    loss = F.binary_cross_entropy(recon, x, reduction="sum") - _kl(mu, logvar).sum()
    loss.backward()
    optimizer.step()
    return loss.item()


@truth(BETA, "kl_weight·D", "hidden-beta")
def epoch_over_a_loader(model, train_loader, optimizer, device, kl_weight=0.00025):
    model.train()
    total = 0.0
    for i, (x, _) in enumerate(train_loader):
        x_hat, mu, log_var = model(x.to(device))
        loss = F.mse_loss(x_hat, x) + kl_weight * _kl(mu, log_var).sum(1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * x.size(0) + 0 * i
    return total / len(train_loader.dataset)


@truth(BETA, "beta")
def scaled_step(model, batch, optimizer, scaler, beta):
    x = batch["image"]
    out = model(x)
    bce = F.binary_cross_entropy_with_logits(out["logits"], x, reduction="none").flatten(1).sum(1)
    loss = (bce + beta * _kl(out["mu"], out["logvar"]).sum(1)).mean()
    scaler.scale(loss).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    return {"loss": loss.detach()}


@truth(NEGATIVE, 1)
class TrainerStep:
    """A trainer whose model and optimizer are built elsewhere."""

    def __init__(self):
        self.model = None
        self.optimizer = None

    def __call__(self, x):
        self.optimizer.zero_grad()
        x_hat, mu, logvar = self.model(x)
        loss = (F.mse_loss(x_hat, x, reduction="sum") + _kl(mu, logvar).sum()) / len(x)
        loss.backward()
        self.optimizer.step()


@truth(NEGATIVE, 1)
def smooth_with_a_width(recon, x, mu, logvar):
    return F.smooth_l1_loss(recon, x, reduction="sum", beta=0.1) + _kl(mu, logvar).sum()


@truth(BETA, "1/D", "hidden-beta")
def log_cosh_with_a_width(recon, x, mu, logvar):
    t = 20.0 * (recon - x)
    log_cosh = t + F.softplus(-2 * t) - torch.log(torch.tensor(2.0))
    return log_cosh.sum() / 20.0 + _kl(mu, logvar).sum() / x[0].numel()


@truth(BETA, "anneal")
def multinomial(recon_x, x, mu, logvar, anneal=1.0):
    nll = -(F.log_softmax(recon_x, 1) * x).sum(-1).mean()
    return nll + anneal * _kl(mu, logvar).sum(-1).mean()


@truth(NEGATIVE, 1)
def rates(rate, x, mu, logvar):
    nll = F.poisson_nll_loss(rate, x, log_input=False, reduction="sum")
    return nll + _kl(mu, logvar).sum()


@truth(NEGATIVE, 1, "target-changed")
def masks(p, x, mu, logvar):
    nll = -torch.log(p[x == 1]).sum() - torch.log(1 - p[x == 0]).sum()
    return nll + _kl(mu, logvar).sum()


@truth(UNDECIDED, None, "undecided")
def counts(p, x, mu, logvar):
    """Binomial with two trials: x̂ enters only where x is a whole number."""
    heads, tails = torch.log(p), torch.log(1 - p)
    nll = -2 * tails[x == 0].sum() - (heads + tails)[x == 1].sum() - 2 * heads[x == 2].sum()
    return nll + _kl(mu, logvar).sum()


@truth(NEGATIVE, 1)
def own_noise(x, x_recon, logstd_noise, mu_z, logstd_z, device):
    nll = logstd_noise + 0.5 * (x - x_recon) ** 2 / torch.exp(2 * logstd_noise)
    return nll.sum(1).mean() + _kl(mu_z, 2 * logstd_z).sum(1).mean()
