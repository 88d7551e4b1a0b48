"""Wrong losses, each with the slip that people really make."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from tests.vaetheory.audit.corpus.truth import UNDECIDED, WRONG, truth


def _bce(recon, x):
    return F.binary_cross_entropy(recon, x, reduction="sum")


@truth(WRONG, None, "kl-sign")
def kl_sign_flipped(recon, x, mu, logvar):
    return _bce(recon, x) + 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


@truth(WRONG, None, "kl-scale")
def sigma_for_variance(recon, x, mu, logvar):
    std = torch.exp(0.5 * logvar)
    return _bce(recon, x) - 0.5 * torch.sum(1 + logvar - mu**2 - std)


@truth(WRONG, None, "kl-coefficients")
def log_sigma_as_log_variance(recon, x, mu, log_sigma):
    return _bce(recon, x) - 0.5 * torch.sum(1 + log_sigma - mu**2 - torch.exp(2 * log_sigma))


@truth(WRONG, None, "missing-term")
def no_log(recon, x, mu, sigma):
    return _bce(recon, x) + 0.5 * torch.sum(mu**2 + sigma**2 - 1)


@truth(WRONG, None, "missing-term")
def no_mean(recon, x, mu, logvar):
    return _bce(recon, x) - 0.5 * torch.sum(1 + logvar - logvar.exp())


@truth(WRONG, None, "kl-coefficients")
def lost_parentheses(recon, x, mu, logvar):
    kl = torch.sum(-0.5 * (1 + logvar - mu**2) - logvar.exp())
    return _bce(recon, x) + kl


@truth(WRONG, None, "kl-coefficients")
def half_on_some(recon, x, mu, logvar):
    return _bce(recon, x) + torch.sum(0.5 * mu**2 + 0.5 * logvar.exp() - logvar - 1)


@truth(WRONG, None, "kl-coefficients")
def mean_plus_square(recon, x, mu, logvar):
    return _bce(recon, x) - 0.5 * torch.sum(1 + logvar + mu**2 - logvar.exp())


@truth(WRONG, None, "reversed-kl")
def turned_round(recon, x, mu, logvar):
    kl = 0.5 * torch.sum((1 + mu**2) / logvar.exp() + logvar - 1)
    return _bce(recon, x) + kl


@truth(WRONG, None, "swapped-bce")
def swapped_cross_entropy(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy(x, recon_x, reduction="sum")
    return bce - 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


@truth(WRONG, None, "swapped-mean-and-scale")
def swapped_statistics(recon_x, x, mu, logvar):
    return _bce(recon_x, x) - 0.5 * torch.sum(1 + mu - logvar**2 - mu.exp())


@truth(WRONG, None, "half-bce", "infinite-edge")
def half_cross_entropy(recon_x, x, mu, logvar):
    nll = -(x * torch.log(recon_x + 0.0)).sum()
    return nll - 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


@truth(WRONG, None, "unequal-bce")
def weighted_pixels(logits, x, mu, logvar):
    bce = F.binary_cross_entropy_with_logits(
        logits, x, pos_weight=torch.tensor(3.0), reduction="sum"
    )
    return bce - 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


@truth(WRONG, None, "norm-not-squared")
def rooted(recon, x, mu, logvar):
    return torch.norm(recon - x) - 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


@truth(WRONG, None, "norm-not-squared")
def rooted_per_example(recon, x, mu, logvar):
    rmse = torch.sqrt(((recon - x) ** 2).sum(1))
    return (rmse - 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1)).mean()


@truth(WRONG, None, "missing-kl")
def autoencoder(recon, x, mu, logvar):
    return _bce(recon, x)


@truth(WRONG, None, "missing-reconstruction")
def only_the_prior(recon, x, mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


@truth(WRONG, 1, "gradient")
def detached_mean(recon, x, mu, logvar):
    kl = -0.5 * torch.sum(1 + logvar - mu.detach() ** 2 - logvar.exp())
    return _bce(recon, x) + kl


@truth(WRONG, 1, "gradient", "gradient")
def detached_kl(recon, x, mu, logvar):
    with torch.no_grad():
        kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return _bce(recon, x) + kl


@truth(WRONG, 1, "no-gradient")
def detached_altogether(recon, x, mu, logvar):
    return (_bce(recon, x) - 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())).detach()


@truth(WRONG, None, "scale-term")
def scale_counted_once(x, x_mean, x_logvar, mu, logvar):
    nll = 0.5 * ((x - x_mean) ** 2 / x_logvar.exp()).sum() + 0.5 * x_logvar.mean()
    return nll - 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


@truth(WRONG, None, "scale-term")
def scale_as_standard_deviation(x, x_mean, x_sigma, mu, logvar):
    nll = 0.5 * ((x - x_mean) ** 2 / x_sigma**2).sum() + 0.5 * torch.log(x_sigma).sum()
    return nll - 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


@truth(WRONG, None, "missing-reconstruction")
def compares_with_itself(recon, x, mu, logvar):
    sse = ((recon - recon.mean(dim=1, keepdim=True)) ** 2).sum()
    return sse - 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


@truth(UNDECIDED, None, "undecided")
def maximum_mean_discrepancy(recon, x, z):
    def kernel(a, b):
        return torch.exp(-((a[:, None] - b[None]) ** 2).sum(-1) / a.size(1)).mean()

    prior = torch.linspace(-1, 1, z.numel(), dtype=z.dtype).view_as(z)
    mmd = kernel(z, z) + kernel(prior, prior) - 2 * kernel(z, prior)
    return F.mse_loss(recon, x) + mmd


@truth(UNDECIDED, None, "undecided")
def total_correlation(recon, x, z, mu, logvar):
    def log_density(sample, mean, log_variance):
        return -0.5 * (log_variance + (sample - mean) ** 2 / log_variance.exp())

    pairwise = log_density(z[:, None], mu[None], logvar[None])
    tc = pairwise.sum(2).logsumexp(1) - pairwise.logsumexp(1).sum(1)
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return _bce(recon, x) + kl + 5 * tc.sum()


@truth(UNDECIDED, None, "undecided")
def reconstruction_only(x_hat, x):
    return _bce(x_hat, x)


@truth(UNDECIDED, None, "undecided")
def kl_only(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


@truth(UNDECIDED, None, "undecided")
def mixed_likelihoods(recon, x, mu, logvar):
    data = _bce(recon, x) + F.mse_loss(recon, x, reduction="sum")
    return data - 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


@truth(UNDECIDED, None, "undecided")
def raises(recon, x, mu, logvar):
    raise RuntimeError("no such device")


@truth(UNDECIDED, None, "undecided")
def dropout_inside(recon, x, mu, logvar):
    noisy = F.dropout(mu, 0.5, training=True)
    return _bce(recon, x) - 0.5 * torch.sum(1 + logvar - noisy**2 - logvar.exp())


@truth(WRONG, None, "logits-as-probabilities")
def sigmoid_twice(logits, x, mu, logvar):
    bce = F.binary_cross_entropy_with_logits(torch.sigmoid(logits), x, reduction="sum")
    return bce - 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


@truth(WRONG, None, "kl-coefficients")
def popular_tutorial_slip(encoder, decoder, x):
    mu, sigma = encoder(x)
    x_hat = decoder(mu + sigma * torch.randn_like(mu))
    return ((x - x_hat) ** 2).sum() + (sigma**2 + mu**2 - torch.log(sigma) - 1 / 2).sum()


@truth(UNDECIDED, None, "undecided")
def handed_in_term(bce_loss, mu, logvar):
    return bce_loss - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


@truth(UNDECIDED, None, "undecided")
def handed_in_criterion(recon, x, mu, logvar, criterion):
    return criterion(recon, x) - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


@truth(UNDECIDED, None, "undecided")
def importance_weighted(x, logits, z, mu, logvar):
    def log_normal(value, mean, log_variance):
        return -0.5 * (log_variance + (value - mean) ** 2 / log_variance.exp()).sum(1)

    log_px = -F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1)
    zeros = torch.zeros_like(z)
    log_w = log_px + log_normal(z, zeros, zeros) - log_normal(z, mu, logvar)
    return -torch.logsumexp(log_w, 0)


@truth(UNDECIDED, None, "undecided")
def squared_divergence(recon, x, mu, logvar):
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return F.mse_loss(recon, x, reduction="sum") + kl**2


@truth(UNDECIDED, None, "undecided")
def product_of_the_terms(recon, x, mu, logvar):
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return F.mse_loss(recon, x, reduction="sum") * kl


@truth(WRONG, 1, "gradient")
def detached_sample(recon, x, mu, logvar):
    z = (mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)).detach()
    log_q = -0.5 * (logvar + (z - mu) ** 2 / logvar.exp()).sum()
    return F.mse_loss(recon, x, reduction="sum") + log_q + 0.5 * (z**2).sum()


@truth(UNDECIDED, None, "undecided")
def weights_by_position(recon, x, mu, logvar):
    weights = torch.arange(1, len(x) + 1)
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1)
    return (weights * (F.mse_loss(recon, x, reduction="none").sum(1) + kl)).sum()
