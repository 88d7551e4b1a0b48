"""Inputs and outputs in every container: dicts, tuples, dataclasses, methods, whole batches."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn
from torch.distributions import Normal

from tests.vaetheory.audit.corpus.truth import BETA, NEGATIVE, truth


def _kl(mu, logvar):
    return -0.5 * (1 + logvar - mu**2 - logvar.exp())


@truth(NEGATIVE, 1)
def dict_in(outputs, batch):
    bce = F.binary_cross_entropy(outputs["recon"], batch["image"], reduction="sum")
    return bce + _kl(outputs["mu"], outputs["logvar"]).sum()


@truth(NEGATIVE, 1)
def tuple_in(output, x):
    recon, mu, logvar = output
    return F.binary_cross_entropy(recon, x, reduction="sum") + _kl(mu, logvar).sum()


@truth(NEGATIVE, 1)
def attributes_in(out, x):
    bce = F.binary_cross_entropy_with_logits(out.logits, x, reduction="none").sum(1)
    return (bce + _kl(out.mu, out.log_var).sum(1)).mean()


@truth(NEGATIVE, 1)
def helper_takes_it_apart(model_output, x):
    return _reconstruction(model_output, x) + _divergence(model_output)


def _reconstruction(result, x):
    return F.binary_cross_entropy(result["x_hat"], x, reduction="sum")


def _divergence(result):
    return _kl(result["mean"], result["log_var"]).sum()


@truth(NEGATIVE, 1)
def loss_and_parts(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy(recon_x, x, reduction="sum")
    kld = _kl(mu, logvar).sum()
    return bce + kld, bce, kld


@truth(NEGATIVE, 1)
def parts_only(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy(recon_x, x, reduction="sum")
    kld = _kl(mu, logvar).sum()
    return bce, kld


@truth(BETA, "w(step)")
def parts_and_weight(logp, target, mean, logv, step):
    nll_loss = F.binary_cross_entropy_with_logits(logp, target, reduction="sum")
    kl_loss = _kl(mean, logv).sum()
    kl_weight = min(1.0, step / 2500)
    return nll_loss, kl_loss, kl_weight


Losses = namedtuple("Losses", "reconstruction kl loss")


@truth(NEGATIVE, 1)
def named_tuple_out(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy(recon_x, x, reduction="sum") / len(x)
    kld = _kl(mu, logvar).sum() / len(x)
    return Losses(bce, kld, bce + kld)


@dataclass
class Output:
    recon_loss: torch.Tensor
    reg_loss: torch.Tensor
    loss: torch.Tensor
    z: torch.Tensor


@truth(NEGATIVE, 1)
def dataclass_out(recon_x, x, mu, log_var, z):
    sse = 0.5 * F.mse_loss(
        recon_x.reshape(x.shape[0], -1), x.reshape(x.shape[0], -1), reduction="none"
    ).sum(dim=-1)
    kld = _kl(mu, log_var).sum(dim=-1)
    return Output(sse.mean(), kld.mean(), (sse + kld).mean(dim=0), z)


@truth(NEGATIVE, 1)
def shape_one(recon_x, x, mu, logvar):
    return (F.binary_cross_entropy(recon_x, x, reduction="sum") + _kl(mu, logvar).sum()).view(1)


@truth(NEGATIVE, 1)
def training_step(model, batch):
    x, _ = batch
    x_hat, mu, logvar = model(x)
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    return (bce + _kl(mu, logvar).sum()) / x.size(0)


@truth(NEGATIVE, 1)
def pasted_method(self, x):
    mu, log_var = self.encode(x)
    z = self.reparameterize(mu, log_var)
    x_hat = self.decode(z)
    return F.mse_loss(x_hat, x, reduction="sum") + _kl(mu, log_var).sum()


@truth(NEGATIVE, 1)
def optional_arguments(x, recon=None, mu=None, logvar=None, reduction="mean"):
    loss = F.binary_cross_entropy(recon, x, reduction="none").sum(1) + _kl(mu, logvar).sum(1)
    return loss.mean() if reduction == "mean" else loss.sum()


@truth(NEGATIVE, 1)
def keywords_only(*, recon, x, mu, logvar):
    return F.binary_cross_entropy(recon, x, reduction="sum") + _kl(mu, logvar).sum()


@truth(BETA, "self.kld_weight·D", "hidden-beta")
class MethodOnConfig:
    def __init__(self):
        self.kld_weight = 0.00025

    def __call__(self, results, labels):
        recons, inputs, mu, log_var = results
        kld = torch.mean(_kl(mu, log_var).sum(1), dim=0)
        return {"loss": F.mse_loss(recons, inputs) + self.kld_weight * kld}


@truth(NEGATIVE, 1)
class SummedCriterion(nn.Module):
    def __init__(self):
        super().__init__()
        self.mse = nn.MSELoss(reduction="sum")

    def forward(self, x_recon, x, mu, logvar):
        return {"total_loss": self.mse(x_recon, x) + _kl(mu, logvar).sum(), "n": len(x)}


@truth(NEGATIVE, 1)
def conditional(recon_x, x, c, mu, logvar):
    return F.binary_cross_entropy(recon_x, x, reduction="sum") + _kl(mu, logvar).sum()


class Everything(nn.Module):
    def __init__(self, dim=32, latent=8, kl_weight=1e-3):
        super().__init__()
        self.enc, self.dec = nn.Linear(dim, 2 * latent), nn.Linear(latent, dim)
        self.kl_weight = kl_weight

    def forward(self, x):
        mu, logvar = self.enc(x).chunk(2, dim=-1)
        recon = self.dec(mu + torch.randn_like(mu) * torch.exp(0.5 * logvar))
        return F.mse_loss(recon, x) + self.kl_weight * _kl(mu, logvar).sum(-1).mean()


truth(BETA, "self.kl_weight·D", "hidden-beta")(Everything())


class Stepper(nn.Module):
    def __init__(self, kl_coeff=0.1):
        super().__init__()
        self.kl_coeff = kl_coeff
        self.fc_mu, self.fc_var = nn.Linear(16, 4), nn.Linear(16, 4)
        self.encoder, self.decoder = nn.Linear(3, 16), nn.Linear(4, 3)
        self.log_scale = nn.Parameter(torch.zeros(1))

    def gaussian_likelihood(self, mean, logscale, sample):
        return Normal(mean, torch.exp(logscale)).log_prob(sample).sum(dim=(1, 2, 3))

    def kl_divergence(self, z, mu, std):
        p = Normal(torch.zeros_like(mu), torch.ones_like(std))
        return (Normal(mu, std).log_prob(z) - p.log_prob(z)).sum(-1)

    def training_step(self, batch, batch_idx):
        x, _ = batch
        x_encoded = self.encoder(x)
        mu, log_var = self.fc_mu(x_encoded), self.fc_var(x_encoded)
        std = torch.exp(log_var / 2)
        z = Normal(mu, std).rsample()
        recon_loss = self.gaussian_likelihood(self.decoder(z), self.log_scale, x)
        return (self.kl_divergence(z, mu, std) - recon_loss).mean()

    def step(self, batch, batch_idx):
        x, y = batch  # noqa: RUF059
        z, x_hat, p, q = self._run_step(x)  # noqa: RUF059
        kl = torch.distributions.kl_divergence(q, p).mean()
        loss = F.mse_loss(x_hat, x, reduction="mean") + kl * self.kl_coeff
        return loss, {"loss": loss, "kl": kl}


truth(NEGATIVE, 1, constant=False)(Stepper().training_step)
truth(BETA, "self.kl_coeff·D/K", "hidden-beta")(Stepper().step)


@truth(NEGATIVE, 1)
def distributions_in(x, qz, px):
    prior = Normal(torch.zeros_like(qz.mean), torch.ones_like(qz.mean))
    kl = torch.distributions.kl_divergence(qz, prior).sum(-1)
    return -(px.log_prob(x).sum(-1) - kl).mean()


@truth(NEGATIVE, 1)
def encoder_and_decoder(encoder, decoder, x):
    mu, sigma = encoder(x)
    x_hat = decoder(mu + sigma * torch.randn_like(mu))
    kl = 0.5 * (sigma**2 + mu**2 - 2 * torch.log(sigma) - 1).sum()
    return ((x - x_hat) ** 2).sum() + kl
