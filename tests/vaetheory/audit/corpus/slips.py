"""KLs between two learned Gaussians and of one sample, right and with a slip in them."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch.distributions import Normal, kl_divergence

from tests.vaetheory.audit.corpus.truth import NEGATIVE, WRONG, truth


def _mse(recon, x):
    return F.mse_loss(recon, x, reduction="sum")


@truth(NEGATIVE, 1)
def prior_written_otherwise(x, x_hat, mu, logvar, prior_mu, prior_std):
    q, p = Normal(mu, (logvar / 2).exp()), Normal(prior_mu, prior_std)
    return F.binary_cross_entropy(x_hat, x, reduction="sum") + kl_divergence(q, p).sum()


@truth(NEGATIVE, 1)
def one_sample_and_a_learned_prior(x, x_hat, z, q_mu, q_std, p_mu, p_std):
    kl = Normal(q_mu, q_std).log_prob(z) - Normal(p_mu, p_std).log_prob(z)
    return F.binary_cross_entropy(x_hat, x, reduction="sum") + kl.sum()


@truth(WRONG, None, "kl-scale")
def over_its_own_variance(recon, x, mu_q, logvar_q, mu_p, logvar_p):
    quotient = (logvar_q.exp() + (mu_q - mu_p) ** 2) / logvar_q.exp()
    return _mse(recon, x) + 0.5 * torch.sum(logvar_p - logvar_q + quotient - 1)


@truth(WRONG, None, "kl-coefficients")
def divided_by_sigma(recon, x, mu1, std1, mu2, std2):
    kl = torch.log(std2 / std1) + (std1**2 + (mu1 - mu2) ** 2) / (2 * std2) - 0.5
    return _mse(recon, x) + kl.sum()


@truth(WRONG, None, "kl-coefficients")
def log_without_its_half(recon, x, mu_q, log_var_q, mu_p, log_var_p):
    quotient = (log_var_q.exp() + (mu_q - mu_p) ** 2) / (2 * log_var_p.exp())
    return _mse(recon, x) + (log_var_p - log_var_q + quotient - 0.5).sum()


@truth(WRONG, None, "reversed-kl")
def prior_from_posterior(recon, x, q_mu, q_logvar, p_mu, p_logvar):
    q, p = Normal(q_mu, (0.5 * q_logvar).exp()), Normal(p_mu, (0.5 * p_logvar).exp())
    return _mse(recon, x) + kl_divergence(p, q).sum()


@truth(WRONG, None, "kl-scale")
def difference_not_squared(recon, x, q_mu, q_logvar, p_mu, p_logvar):
    quotient = (q_logvar.exp() + (q_mu - p_mu)) / p_logvar.exp()
    return _mse(recon, x) + 0.5 * (p_logvar - q_logvar + quotient - 1).sum()


@truth(WRONG, None, "kl-scale")
def bracket_too_early(recons, x, mu, log_var, z):
    log_q = torch.sum(-0.5 * (log_var + (z - mu) ** 2) / log_var.exp())
    return _mse(recons, x) + log_q + 0.5 * torch.sum(z**2)


@truth(WRONG, None, "missing-term")
def mean_not_squared(recon_x, x, mu, logvar):
    return _mse(recon_x, x) - 0.5 * torch.sum(1 + logvar - mu - logvar.exp())
