"""Right losses: negative ELBOs, exactly or up to scale and constant, in many hands."""

# The styles are the point here: parameter names, reductions and idioms as people write them.
from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence

from tests.vaetheory.audit.corpus.truth import ELBO, NEGATIVE, SCALED, truth


@truth(NEGATIVE, 1, constant=False)
def example_784(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return bce + kld


@truth(NEGATIVE, 1, constant=False)
def per_image_mean(x, x_logits, z_mean, z_log_var):
    recon = F.binary_cross_entropy_with_logits(x_logits, x, reduction="none").flatten(1).sum(1)
    kl = 0.5 * (z_mean**2 + z_log_var.exp() - z_log_var - 1).flatten(1).sum(1)
    return (recon + kl).mean()


@truth(NEGATIVE, 1, constant=False)
def one_value_per_example(logits, target, m, log_s):
    log_px = -F.binary_cross_entropy_with_logits(logits, target, reduction="none").sum(dim=-1)
    kl = (0.5 * (m**2 + torch.exp(2 * log_s)) - log_s - 0.5).sum(dim=-1)
    return kl - log_px


@truth(NEGATIVE, 1, constant=False)
def distributions_everywhere(x, x_hat, loc, scale):
    q = Independent(Normal(loc, scale), 1)
    p = Independent(Normal(torch.zeros_like(loc), torch.ones_like(scale)), 1)
    log_px = Independent(Bernoulli(probs=x_hat, validate_args=False), 1).log_prob(x)
    return -(log_px - kl_divergence(q, p)).mean()


@truth(NEGATIVE, 1, constant=False)
def unit_gaussian_decoder(x, x_mean, mu, std):
    log_px = Normal(x_mean, 1.0).log_prob(x).sum(-1)
    kl = kl_divergence(Normal(mu, std), Normal(0.0, 1.0)).sum(-1)
    return (kl - log_px).mean()


@truth(NEGATIVE, 1, constant=False)
def narrow_gaussian_decoder(x, x_mean, mu, std):
    log_px = Normal(x_mean, 0.1).log_prob(x).sum(-1)
    kl = kl_divergence(Normal(mu, std), Normal(0.0, 1.0)).sum(-1)
    return torch.mean(kl - log_px)


@truth(NEGATIVE, 1, constant=True)
def squared_error_sum(recon, x, mu, logvar):
    return ((recon - x) ** 2).sum() - 0.5 * (1 + logvar - mu**2 - logvar.exp()).sum()


@truth(NEGATIVE, 1, constant=True)
def half_squared_error(recon, inputs, mu, log_sigma_sq):
    sse = 0.5 * torch.sum((recon - inputs) ** 2, dim=1)
    kl = -0.5 * torch.sum(1 + log_sigma_sq - mu**2 - torch.exp(log_sigma_sq), dim=1)
    return torch.mean(sse + kl)


@truth(NEGATIVE, 1, constant=True)
def sigma_named_scale(recon, x, mu, scale):
    kl = 0.5 * torch.sum(mu**2 + scale**2 - torch.log(scale**2) - 1)
    return F.mse_loss(recon, x, reduction="sum") + kl


@truth(NEGATIVE, 1, constant=True)
def variance_called_sigma(recon, x, mu, sigma):
    # The argument is a variance whatever its name says.
    kl = 0.5 * torch.sum(mu**2 + sigma - torch.log(sigma) - 1)
    return F.mse_loss(recon, x, reduction="sum") + kl


@truth(NEGATIVE, 1, constant=False)
def softplus_scale(x, p, mu, raw_scale):
    sigma = F.softplus(raw_scale)
    kl = 0.5 * (mu**2 + sigma**2 - 1).sum() - sigma.log().sum()
    return F.binary_cross_entropy(p, x, reduction="sum") + kl


@truth(NEGATIVE, 1, constant=True)
def kl_without_its_one(recon, x, mu, logvar):
    kl = 0.5 * torch.sum(mu**2 + logvar.exp() - logvar)
    return F.binary_cross_entropy(recon, x, reduction="sum") + kl


@truth(NEGATIVE, 1, constant=True)
def laplace_decoder(x_hat, x, mu, logvar):
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), dim=1)
    return (F.l1_loss(x_hat, x, reduction="none").sum(dim=1) + kl).mean(dim=0)


@truth(NEGATIVE, 1, constant=True)
def huber_decoder(x_hat, x, mu, logvar):
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return F.smooth_l1_loss(x_hat, x, reduction="sum") + kl


@truth(SCALED, 1, constant=False)
def both_over_pixels(recon_x, x, mu, logvar):
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return F.binary_cross_entropy(recon_x, x) + kld / x.numel()


@truth(SCALED, 1, constant=True)
def twice(recon_x, x, mu, logvar):
    # Neither term has its ½: twice the −ELBO with σ² = 1.
    return ((x - recon_x) ** 2).sum() - torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


@truth(SCALED, 1, "literal-size", constant=False)
def batch_and_pixels_as_literals(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy(recon_x, x)
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    kld /= 128 * 784
    return bce + kld


@truth(NEGATIVE, 1, "literal-size", constant=False)
def mean_times_literal(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy(recon_x, x) * 784
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1).mean()
    return bce + kld


@truth(ELBO, 1, "infinite-edge", constant=False)
def elbo_to_maximize(x, x_hat, mu, logvar):
    log_px = (x * torch.log(x_hat) + (1 - x) * torch.log1p(-x_hat)).clamp(min=-100).sum(1)
    kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1)
    return (log_px - kl).mean()


@truth(NEGATIVE, 1, constant=False)
def epsilon_in_the_log(y_true, y_pred, mu, logvar):
    bce = -(y_true * torch.log(y_pred + 1e-8) + (1 - y_true) * torch.log(1 - y_pred + 1e-8)).sum()
    return bce - 0.5 * torch.sum(1 + logvar - mu**2 - torch.exp(logvar))


@truth(NEGATIVE, 1, constant=False)
def numpy_style(x_hat, x, mu, log_var):
    bce = -np.sum(x * np.log(x_hat + 1e-10) + (1 - x) * np.log(1 - x_hat + 1e-10), axis=1)
    kl = -0.5 * np.sum(1 + log_var - np.square(mu) - np.exp(log_var), axis=1)
    return np.mean(bce + kl)


@truth(NEGATIVE, 1, constant=False)
def one_sample_from_argument(x, logits, z, mu, logvar):
    def log_normal(value, mean, log_variance):
        quadratic = (value - mean) ** 2 * torch.exp(-log_variance)
        return -0.5 * (math.log(2 * math.pi) + log_variance + quadratic).sum(1)

    log_px = -F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1)
    log_pz = log_normal(z, torch.tensor(0.0), torch.tensor(0.0))
    log_pz = log_normal(z, torch.zeros_like(z), torch.zeros_like(z))
    return -(log_px + log_pz - log_normal(z, mu, logvar)).mean()


@truth(NEGATIVE, 1, constant=True)
def one_sample_drawn_inside(recon, x, mu, logvar):
    std = torch.exp(0.5 * logvar)
    z = mu + std * torch.randn_like(std)
    log_q = Normal(mu, std).log_prob(z).sum(-1)
    log_p = Normal(torch.zeros_like(mu), torch.ones_like(std)).log_prob(z).sum(-1)
    return (F.mse_loss(recon, x, reduction="none").sum(-1) + log_q - log_p).mean()


@truth(NEGATIVE, 1, constant=False)
def prior_from_arguments(x, x_hat, mu_q, logvar_q, mu_p, logvar_p):
    ratio = torch.exp(logvar_q - logvar_p)
    kl = 0.5 * (logvar_p - logvar_q + ratio + (mu_q - mu_p) ** 2 / logvar_p.exp() - 1).sum(1)
    return (F.binary_cross_entropy(x_hat, x, reduction="none").sum(1) + kl).mean()


@truth(NEGATIVE, 1, constant=False)
def decoder_with_log_variance(x, x_mean, x_logvar, mu, logvar):
    nll = 0.5 * (math.log(2 * math.pi) + x_logvar + (x - x_mean) ** 2 / x_logvar.exp())
    kl = -0.5 * (1 + logvar - mu**2 - logvar.exp())
    return (nll.sum(1) + kl.sum(1)).mean()


@truth(NEGATIVE, 1, constant=True)
def gaussian_nll_loss(recon_mu, recon_var, target, mu, logvar):
    nll = F.gaussian_nll_loss(recon_mu, target, recon_var, reduction="sum")
    return nll - 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


@truth(NEGATIVE, 1, constant=False)
def continuous_bernoulli(x, probs, mu, logvar):
    q = torch.distributions.ContinuousBernoulli(probs=probs)
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1)
    return (kl - q.log_prob(x).sum(1)).mean()


@truth(NEGATIVE, 1, constant=True)
def images_only(recon, x, mu, logvar):
    sse = ((recon - x) ** 2).sum(dim=(1, 2, 3))
    return (sse - 0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1)).mean()


@truth(NEGATIVE, 1, constant=True)
def packed_statistics(x, recon, stats):
    mu, logvar = stats.chunk(2, dim=1)
    return F.mse_loss(recon, x, reduction="sum") + 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum()


@truth(NEGATIVE, 1, constant=False)
def without_names(a, b, c, d):
    return F.binary_cross_entropy(b, a, reduction="sum") - 0.5 * torch.sum(
        1 + c - d**2 - torch.exp(c)
    )


@truth(NEGATIVE, 1, constant=False)
class NegativeElbo(nn.Module):
    def forward(self, input, target, mean, log_var):
        bce = F.binary_cross_entropy_with_logits(input, target, reduction="none")
        kl = -0.5 * (1 + log_var - mean.square() - log_var.exp())
        return bce.flatten(1).sum(1).mean() + kl.flatten(1).sum(1).mean()


@truth(NEGATIVE, 1, constant=True)
def optimal_sigma(x, x_hat, mu, logvar):
    d = x.shape[1]
    nll = 0.5 * d * torch.log(((x - x_hat) ** 2).mean(dim=1))
    return nll.sum() - 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


@truth(NEGATIVE, 1, constant=False)
def in_single_precision(recon_x, x, mu, logvar):
    recon_x, x, mu, logvar = (t.float() for t in (recon_x, x, mu, logvar))
    bce = F.binary_cross_entropy(recon_x, x, reduction="sum")
    return bce - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


@truth(NEGATIVE, 1, constant=False)
def wide_prior(x, p, mu, std):
    prior = Normal(torch.zeros_like(mu), 2 * torch.ones_like(std))
    kl = kl_divergence(Normal(mu, std), prior).sum(1)
    return (F.binary_cross_entropy(p, x, reduction="none").sum(1) + kl).mean()


@truth(NEGATIVE, 1, constant=True)
def decoder_sigma_as_argument(recon, x, mu, logvar, sigma=0.1):
    sse = ((recon - x) ** 2).sum() / (2 * sigma**2)
    return sse - 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


@truth(NEGATIVE, 1, constant=False)
def full_gaussian_with_sigma_argument(x, x_hat, mu, logvar, sigma_x=0.5):
    rec = ((x - x_hat) ** 2).sum(1) / (2 * sigma_x**2)
    rec = rec + 0.5 * x.size(1) * math.log(2 * math.pi * sigma_x**2)
    return (rec - 0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1)).mean()


@truth(NEGATIVE, 1, constant=True)
def latent_maps(recon, x, mu, logvar):
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), dim=[1, 2, 3])
    return (F.mse_loss(recon, x, reduction="none").sum(dim=[1, 2, 3]) + kl).mean()


@truth(NEGATIVE, 1, "target-changed", constant=False)
def binarizes_inside(x, x_hat, z_mu, z_std):
    log_px = Bernoulli(probs=x_hat).log_prob((x > 0.5).float()).sum(-1)
    q, p = Normal(z_mu, z_std), Normal(torch.zeros_like(z_mu), torch.ones_like(z_std))
    return (kl_divergence(q, p).sum(-1) - log_px).mean()


@truth(NEGATIVE, 1, constant=True)
def epsilon_on_sigma(x, mu, sigma, recon):
    sigma = sigma + 1e-6
    kl = -torch.sum(torch.log(sigma) + 0.5 - (sigma**2 + mu**2) / 2)
    return F.mse_loss(recon, x, reduction="sum") + kl


@truth(NEGATIVE, 1, constant=True)
def covariance_diagonal(recon, x, mu, cov_diag):
    trace, log_det = cov_diag.sum(1), torch.log(cov_diag.prod(1))
    kl = 0.5 * (trace + (mu * mu).sum(1) - mu.size(1) - log_det)
    return ((recon - x) ** 2).sum(1).mean() + kl.mean()


@truth(NEGATIVE, 1, constant=True)
def moved_to_a_device(recon_x, x, mu, logvar):
    one = torch.ones(1).cuda()
    kl = -0.5 * torch.sum(one + logvar - mu.pow(2) - logvar.exp())
    return F.mse_loss(recon_x, x, reduction="sum") + kl


@truth(NEGATIVE, 1, constant=True)
def sizes_as_arguments(recon, x, mu, logvar, z_dim, x_dim):
    kl = -0.5 * (1 + logvar - mu**2 - logvar.exp())
    return F.mse_loss(recon, x) * x_dim + z_dim * kl.mean()


@truth(NEGATIVE, 1, constant=False)
def checked_distributions(x, logits, mu, std):
    # With its arguments checked, this Bernoulli refuses x between 0 and 1.
    log_px = Bernoulli(logits=logits).log_prob(x).sum(-1)
    kl = kl_divergence(Normal(mu, std), Normal(torch.zeros_like(mu), torch.ones_like(std)))
    return (kl.sum(-1) - log_px).mean()


@truth(NEGATIVE, 1, constant=False)
def wide_prior_and_full_densities(x, x_mean, mu, std):
    prior = Normal(torch.zeros_like(mu), 3 * torch.ones_like(std))
    log_px = Normal(x_mean, torch.ones_like(x_mean)).log_prob(x).sum(1)
    return (kl_divergence(Normal(mu, std), prior).sum(1) - log_px).mean()


@truth(NEGATIVE, 1, constant=False)
def prior_std_as_argument(x, p, mu, std, prior_std=2.0):
    kl = math.log(prior_std) - torch.log(std) + (std**2 + mu**2) / (2 * prior_std**2) - 0.5
    return (F.binary_cross_entropy(p, x, reduction="none").sum(1) + kl.sum(1)).mean()


@truth(NEGATIVE, 1, constant=False)
def precision_in_the_logarithm(x, p, mu, log_precision):
    kl = 0.5 * (mu**2 + torch.exp(-log_precision) + log_precision - 1)
    return (F.binary_cross_entropy(p, x, reduction="none").sum(1) + kl.sum(1)).mean()
