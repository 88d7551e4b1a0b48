"""β objectives: declared by an argument, a constant, an attribute; or hidden in the reductions."""

from __future__ import annotations

import argparse

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from tests.vaetheory.audit.corpus.truth import BETA, truth


def _kl(mu, logvar):
    return -0.5 * (1 + logvar - mu**2 - logvar.exp())


@truth(BETA, "beta")
def beta_argument(x, x_hat, mu, log_var, beta=4.0):
    recon = F.binary_cross_entropy(x_hat, x, reduction="none").sum(-1)
    return (recon + beta * _kl(mu, log_var).sum(-1)).mean()


@truth(BETA, "kl_weight")
def required_weight(recon, x, mu, logvar, kl_weight):
    return F.mse_loss(recon, x, reduction="sum") + kl_weight * _kl(mu, logvar).sum()


BETA_CONSTANT = 0.5


@truth(BETA, "BETA_CONSTANT")
def module_constant(recon, x, mu, logvar):
    bce = F.binary_cross_entropy(recon, x, reduction="sum")
    return bce + BETA_CONSTANT * _kl(mu, logvar).sum()


args = argparse.Namespace(beta=3.0, batch_size=128)


@truth(BETA, "args.beta")
def parsed_arguments(recon, x, mu, logvar):
    bce = F.binary_cross_entropy(recon, x, reduction="sum")
    return (bce + args.beta * _kl(mu, logvar).sum()) / args.batch_size


def _make(lam):
    def closure(recon, x, mu, logvar):
        return F.l1_loss(recon, x, reduction="sum") + lam * _kl(mu, logvar).sum()

    return closure


truth(BETA, "lam")(_make(2.5))


@truth(BETA, "self.beta", "hidden-state")
class AnnealedByCounter(nn.Module):
    def __init__(self, beta=4.0):
        super().__init__()
        self.beta = beta
        self.calls = 0

    def forward(self, output, target):
        self.calls += 1
        recon = F.binary_cross_entropy(output["recon"], target, reduction="sum")
        return recon + self.beta * _kl(output["mu"], output["logvar"]).sum()


@truth(BETA, "w(epoch)")
def warm_up(recon, x, mu, logvar, epoch):
    weight = min(1.0, epoch / 10)
    return F.binary_cross_entropy(recon, x, reduction="sum") + weight * _kl(mu, logvar).sum()


@truth(BETA, "w(step)")
def logistic_annealing(logits, x, mu, logvar, step, k=0.0025, x0=2500):
    weight = float(1 / (1 + np.exp(-k * (step - x0))))
    bce = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    return (bce + weight * _kl(mu, logvar).sum()) / x.size(0)


@truth(BETA, 0.25)
def named_local(recon, x, mu, logvar):
    beta = 0.25
    return F.binary_cross_entropy(recon, x, reduction="sum") + beta * _kl(mu, logvar).sum()


@truth(BETA, "0.1·D/K", "hidden-beta")
def two_means_and_a_tenth(recon_x, x, mu, logvar):
    return F.mse_loss(recon_x, x) + 0.1 * _kl(mu, logvar).mean()


@truth(BETA, "1/K", "hidden-beta")
def kl_mean(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy(recon_x, x, reduction="sum") / x.size(0)
    return bce + _kl(mu, logvar).mean()


@truth(BETA, "0.0001·D", "hidden-beta")
def mse_mean_small_weight(recon_x, x, mu, logvar):
    return F.mse_loss(recon_x, x) + 1e-4 * _kl(mu, logvar).sum(1).mean()


@truth(BETA, "M_N·D", "hidden-beta")
def library_method(self, *args, **kwargs):
    recons = args[0]
    input = args[1]
    mu = args[2]
    log_var = args[3]
    kld_weight = kwargs["M_N"]
    recons_loss = F.mse_loss(recons, input)
    kld_loss = torch.mean(-0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp(), dim=1), dim=0)
    loss = recons_loss + kld_weight * kld_loss
    return {"loss": loss, "Reconstruction_Loss": recons_loss.detach(), "KLD": -kld_loss.detach()}


@truth(BETA, "B", "hidden-beta")
def mean_against_batch_sum(recon, x, mu, logvar):
    bce = F.binary_cross_entropy(recon, x, reduction="sum") / len(x)
    return bce + _kl(mu, logvar).sum()


@truth(BETA, "B·D", "hidden-beta")
def bce_mean_kl_sum(recon_x, x, mu, logvar):
    return F.binary_cross_entropy(recon_x, x) + _kl(mu, logvar).sum()


@truth(BETA, "D", "hidden-beta")
def bce_mean_kl_mean(recon_x, x, mu, logvar):
    return nn.BCELoss()(recon_x, x) + _kl(mu, logvar).sum(1).mean()


@truth(BETA, 2, "hidden-beta")
def lost_half(recon_x, x, mu, logvar):
    kl = -torch.sum(1 + logvar - mu**2 - logvar.exp())
    return F.binary_cross_entropy(recon_x, x, reduction="sum") + kl


@truth(BETA, 0.001, "hidden-beta")
def number_in_the_source(recon_x, x, mu, logvar):
    kl = _kl(mu, logvar).sum()
    return F.binary_cross_entropy(recon_x, x, reduction="sum") + 0.001 * kl


@truth(BETA, "D", "hidden-beta")
def image_means(recon, img, mean, logvar):
    mse = F.mse_loss(recon, img, reduction="none").mean(dim=[1, 2, 3])
    return (mse + _kl(mean, logvar).sum(dim=1)).mean()


@truth(BETA, "1/recon_weight")
def weight_on_the_other_side(recon, x, mu, logvar, recon_weight=10.0):
    bce = F.binary_cross_entropy(recon, x, reduction="sum")
    return recon_weight * bce + _kl(mu, logvar).sum()


@truth(BETA, "gamma", "capacity")
def capacity(recon, x, mu, logvar, gamma=30.0, capacity=0.3):
    kl = _kl(mu, logvar).sum(1).mean()
    bce = F.binary_cross_entropy(recon, x, reduction="sum") / x.size(0)
    return bce + gamma * (kl - capacity).abs()


@truth(BETA, 1, "free-bits")
def free_bits_per_dimension(recon, x, mu, logvar, free_bits=0.25):
    kl = torch.clamp(_kl(mu, logvar).mean(0), min=free_bits).sum()
    return F.binary_cross_entropy(recon, x, reduction="sum") / x.size(0) + kl


@truth(BETA, 1, "free-bits")
def free_bits_in_total(recon, x, mu, logvar):
    kl = torch.maximum(_kl(mu, logvar).sum(1), torch.tensor(3.0)).mean()
    return F.binary_cross_entropy(recon, x, reduction="sum") / x.size(0) + kl


@truth(BETA, "D", "hidden-beta")
def keras_numpy(y_true, y_pred, z_mean, z_log_var):
    reconstruction = np.mean(np.square(y_true - y_pred), axis=-1)
    kl = -0.5 * np.sum(1 + z_log_var - np.square(z_mean) - np.exp(z_log_var), axis=-1)
    return np.mean(reconstruction + kl)


@truth(BETA, "D/K", "hidden-beta")
def both_means(y_true, y_pred, z_mean, z_log_var):
    eps = 1e-7
    p = np.clip(y_pred, eps, 1 - eps)
    bce = -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))
    return bce - 0.5 * np.mean(1 + z_log_var - z_mean**2 - np.exp(z_log_var))


@truth(BETA, "0.001·D", "hidden-beta")
def a_thousand_is_no_size(recon, x, mu, logvar):
    return 1000 * F.mse_loss(recon, x) + _kl(mu, logvar).sum(1).mean()


@truth(BETA, "w(step)·w(period)")
def cyclic(recon, x, mu, logvar, step, period=1000):
    weight = min(1.0, (step % period) / (0.5 * period))
    mse = F.mse_loss(recon, x, reduction="sum") / x.shape[0]
    return mse + weight * _kl(mu, logvar).sum(1).mean()


@truth(BETA, "(1−alpha)/alpha")
def convex_combination(recon, x, mu, logvar, alpha=0.5):
    bce = F.binary_cross_entropy(recon, x, reduction="sum")
    return alpha * bce + (1 - alpha) * _kl(mu, logvar).sum()


@truth(BETA, "B/K", "hidden-beta")
def sum_over_the_wrong_axis(x_hat, x, mu, logvar):
    kl = torch.mean(_kl(mu, logvar).sum(dim=0))
    return F.mse_loss(x_hat, x, reduction="sum") / x.shape[0] + kl


@truth(BETA, "beta·D", "hidden-beta")
def huber_mean(recon, x, mu, logvar, beta=1e-3):
    return F.huber_loss(recon, x) + beta * _kl(mu, logvar).sum(1).mean()


@truth(BETA, "self.beta_max·w(self.steps)", "hidden-state")
class CounterInABuffer(nn.Module):
    def __init__(self, beta_max=1.0, warmup=1000):
        super().__init__()
        self.register_buffer("steps", torch.zeros(1))
        self.beta_max, self.warmup = beta_max, warmup

    def forward(self, y_hat, y, mu, logvar):
        if self.training:
            self.steps += 1
        weight = min(self.steps.item() / self.warmup, self.beta_max)
        mae = F.l1_loss(y_hat, y, reduction="sum") / y.size(0)
        return mae + weight * _kl(mu, logvar).sum() / y.size(0)


@truth(BETA, "self.gamma", "capacity", "hidden-state")
class AnnealedCapacity:
    def __init__(self):
        self.gamma = 100.0
        self.final = 0.4
        self.n_train_steps = 0

    def __call__(self, data, recon_data, latent_dist, is_train, storer):
        self.n_train_steps += int(is_train)
        capacity = min(self.final * self.n_train_steps / 100, self.final)
        bce = F.binary_cross_entropy(recon_data, data, reduction="sum") / data.size(0)
        return bce + self.gamma * (_normal_kl(*latent_dist, storer) - capacity).abs()


def _normal_kl(mean, logvar, storer=None):
    total = _kl(mean, logvar).mean(dim=0).sum()
    if storer is not None:
        storer["kl"].append(total.item())
    return total


@truth(BETA, 1, "free-bits")
def free_bits_above_what_is_usual(recon, x, mu, logvar, free_nats=8.0):
    kl = torch.clamp(_kl(mu, logvar).sum(1), min=free_nats).mean()
    return F.binary_cross_entropy(recon, x, reduction="sum") / x.size(0) + kl
