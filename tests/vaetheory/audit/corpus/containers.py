"""Inputs and outputs in every container: dicts, tuples, dataclasses, methods, whole batches."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

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
