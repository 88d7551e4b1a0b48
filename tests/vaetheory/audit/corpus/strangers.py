"""Losses in the styles of public code that the audit had not seen: each was once got wrong."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from tests.vaetheory.audit.corpus.truth import BETA, NEGATIVE, SCALED, UNDECIDED, WRONG, truth


def _kl(mu, logvar):
    return -0.5 * (1 + logvar - mu**2 - logvar.exp())


@truth(BETA, "kl_weight")
def log_sigma_squared(pred, target, mu, log_sigma2, kl_weight):
    return F.smooth_l1_loss(pred, target, reduction="sum") + kl_weight * _kl(mu, log_sigma2).sum()


@truth(BETA, "D", "hidden-beta", "infinite-edge")
def log_cosh_that_overflows(recons, inputs, mu, log_var):
    t = recons - inputs
    rec = (100 * t + torch.log(1 + torch.exp(-200 * t)) - torch.log(torch.tensor(2.0))) / 100
    return rec.mean() + _kl(mu, log_var).sum(1).mean()


@truth(NEGATIVE, 1, "extra-term")
def discriminator_beside(x_hat, x, mu, logvar, d_fake):
    adversarial = F.binary_cross_entropy_with_logits(d_fake, torch.ones_like(d_fake))
    return F.mse_loss(x_hat, x, reduction="sum") + _kl(mu, logvar).sum() + 0.1 * adversarial


@truth(UNDECIDED, None, "undecided")
def prior_samples_in_a_kernel(recons, x, z, mu, log_var):
    def kernel(a, b):
        distance = (a.unsqueeze(1) - b.unsqueeze(0)).pow(2).sum(-1)
        return (2 / (2 + distance)).mean()

    prior = torch.randn_like(z)
    mmd = kernel(prior, prior) + kernel(z, z) - 2 * kernel(prior, z)
    return F.mse_loss(recons, x) + 0.1 * _kl(mu, log_var).sum(1).mean() + 100 * mmd


@truth(NEGATIVE, 1)
def noise_that_meets_no_argument(recon, x, mu, logvar):
    return F.mse_loss(recon, x, reduction="sum") + _kl(mu, logvar).sum() + torch.randn(()) ** 4


@truth(NEGATIVE, 1)
def two_latents_stacked(x_hat, x, mu1, logvar1, mu2, logvar2):
    mu, logvar = torch.stack([mu1, mu2]), torch.stack([logvar1, logvar2])
    return F.binary_cross_entropy(x_hat, x, reduction="sum") + _kl(mu, logvar).sum()


@truth(WRONG, None, "kl-sign")
def two_latents_named(x_hat, x, style_mu, style_logvar, shape_mu, shape_logvar):
    mu, logvar = torch.cat([style_mu, shape_mu], 1), torch.cat([style_logvar, shape_logvar], 1)
    return F.binary_cross_entropy(x_hat, x, reduction="sum") - _kl(mu, logvar).sum()


@truth(NEGATIVE, 1)
def second_gaussian_is_the_prior(x_hat, x, mu1, logvar1, mu2, logvar2):
    kl = logvar2 - logvar1 + (logvar1.exp() + (mu1 - mu2) ** 2) / logvar2.exp() - 1
    return F.mse_loss(x_hat, x, reduction="sum") + 0.5 * kl.sum()


@truth(NEGATIVE, 1)
def prior_by_its_width(x_hat, x, mu, sigma, prior_sigma):
    kl = torch.log(prior_sigma / sigma) + (sigma**2 + mu**2) / (2 * prior_sigma**2) - 0.5
    return 0.5 * F.mse_loss(x_hat, x, reduction="sum") + kl.sum()


@truth(WRONG, None, "kl-scale")
def prior_by_its_width_slipped(x_hat, x, mu, sigma, prior_sigma):
    kl = torch.log(prior_sigma / sigma) + sigma**2 / (2 * prior_sigma**2) + mu**2 / 2 - 0.5
    return F.mse_loss(x_hat, x, reduction="sum") + kl.sum()


@truth(NEGATIVE, 1)
def prior_by_its_mean(x_hat, x, mu, logvar, prior_mu):
    return F.mse_loss(x_hat, x, reduction="sum") + _kl(mu - prior_mu, logvar).sum()


@truth(NEGATIVE, 1)
def masked(recon, x, mask, mu, logvar):
    return (F.mse_loss(recon, x, reduction="none") * mask).sum() + _kl(mu, logvar).sum()


@truth(BETA, "D/K", "hidden-beta")
def masked_mean(recon, target, mu, logvar, mask):
    rec = ((recon - target) ** 2 * mask).sum() / mask.sum()
    return rec + _kl(mu, logvar).mean()


@truth(NEGATIVE, 1)
def masked_sequence(recon, x, pad_mask, mu, logvar):
    error = F.mse_loss(recon, x, reduction="none").sum(-1)
    return (error * pad_mask).sum(1).mean() + _kl(mu, logvar).sum(-1).mean()


@truth(NEGATIVE, 1)
def mask_of_what_is_missing(recon, x, mu, logvar, mask):
    return (F.mse_loss(recon, x, reduction="none") * (1 - mask)).sum() + _kl(mu, logvar).sum()


@truth(NEGATIVE, 1)
def boolean_mask(recon, x, mask, mu, logvar):
    return F.binary_cross_entropy(recon[mask], x[mask], reduction="sum") + _kl(mu, logvar).sum()


@truth(WRONG, None, "kl-sign")
def masked_with_a_wrong_sign(recon, x, mask, mu, logvar):
    return (F.mse_loss(recon, x, reduction="none") * mask).sum() - _kl(mu, logvar).sum()


@truth(UNDECIDED, None, "undecided")
def mask_in_the_kl(recon, x, mask, mu, logvar):
    rec = (F.mse_loss(recon, x, reduction="none") * mask).sum()
    return rec + (mask.mean(1, keepdim=True) * _kl(mu, logvar)).sum()


@truth(NEGATIVE, 1)
def latent_for_every_step(recon, x, mu, logvar):
    """x is [B, T, D], and q(z|x) has a mean for every step."""
    return ((recon - x) ** 2).sum((1, 2)).mean() + _kl(mu, logvar).sum(dim=(1, 2)).mean()


@truth(SCALED, 1)
def masked_steps(recon, x, mask, mu, logvar):
    rec = (((recon - x) ** 2).sum(-1) * mask).sum() / mask.sum()
    return rec + (_kl(mu, logvar).sum(-1) * mask).sum() / mask.sum()


@truth(NEGATIVE, 1, "extra-term")
def features_of_another_network(recon, x, recon_features, input_features, mu, logvar):
    perceptual = sum(F.mse_loss(r, i) for r, i in zip(recon_features, input_features, strict=True))
    return F.mse_loss(recon, x, reduction="sum") + perceptual + _kl(mu, logvar).sum()


@truth(NEGATIVE, 1)
def prior_of_a_condition(recon, x, mu, logvar, cond_mu, cond_logvar):
    kl = cond_logvar - logvar + (logvar.exp() + (mu - cond_mu) ** 2) / cond_logvar.exp() - 1
    return F.binary_cross_entropy(recon, x, reduction="sum") + 0.5 * kl.sum()


class HandsItsBatchOn(nn.Module):
    """The batch is taken apart, and the networks are called, further in."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(8, 8)
        self.beta = 4.0

    def log(self, name, value):
        pass

    def encode(self, x):
        raise NotImplementedError

    def shared_step(self, batch, stage):
        x, _ = batch
        x_hat, p, q, z = self.encode(x)
        rec = F.mse_loss(x_hat, x, reduction="sum") / len(x)
        kl = torch.distributions.kl_divergence(q, p).sum() / len(x)
        self.log(f"{stage}_latent", z.mean())
        return rec + self.beta * kl

    def training_step(self, batch, batch_idx):
        return self.shared_step(batch, "train")


truth(BETA, "self.beta")(HandsItsBatchOn().training_step)


model = train_loader = optimizer = None


@truth(WRONG, None, "kl-sign")
def epoch_with_everything_global(epoch):
    model.train()
    for step, (data, _) in enumerate(train_loader):
        optimizer.zero_grad()
        recon_batch, mu, logvar = model(data)
        loss = F.binary_cross_entropy(recon_batch, data, reduction="sum") - _kl(mu, logvar).sum()
        loss.backward()
        optimizer.step()
        print(f"{epoch} {step} {loss.item() / len(data):.3f}")


@truth(BETA, 0.001, "hidden-beta")
def one_key_in_two_dicts(preds, targets):
    rec = F.l1_loss(preds["image"], targets["image"], reduction="sum")
    return {"loss": rec + 1e-3 * _kl(preds["z_mu"], preds["z_logvar"]).sum(), "rec": rec}


@truth(WRONG, None, "swapped-bce")
def logits_as_the_target(recon, x, mu, logvar):
    return F.binary_cross_entropy_with_logits(x, recon, reduction="sum") + _kl(mu, logvar).sum()


@truth(BETA, "kl_w")
def tokens_with_padding(logits, targets, mu, logvar, pad_idx=0, kl_w=1.0):
    flat = logits.reshape(-1, logits.size(-1))
    rec = F.cross_entropy(flat, targets.reshape(-1), ignore_index=pad_idx, reduction="sum")
    return (rec + kl_w * _kl(mu, logvar).sum()) / targets.size(0)


@truth(BETA, "D", "hidden-beta")
def mean_over_tokens(logits, x, mu, logvar, vocab_size):
    rec = F.cross_entropy(logits.view(-1, vocab_size), x.view(-1), ignore_index=0)
    return rec + _kl(mu, logvar).sum(1).mean()


@truth(WRONG, None, "kl-sign")
def log_probabilities_of_tokens(logp, target, mean, logv):
    nll = F.nll_loss(logp.view(-1, logp.size(2)), target.view(-1), reduction="sum")
    return nll - _kl(mean, logv).sum()


@truth(NEGATIVE, 1)
def masked_tokens(logits, targets, mask, mu, logvar):
    rec = F.cross_entropy(logits.transpose(1, 2), targets, reduction="none")
    return (rec * mask).sum() / len(mask) + _kl(mu, logvar).sum() / len(mask)


@truth(UNDECIDED, None, "undecided")
def next_token(logits, targets, mu, logvar):
    flat = logits[:, :-1].reshape(-1, logits.size(-1))
    return F.cross_entropy(flat, targets[:, 1:].reshape(-1)) + _kl(mu, logvar).sum()


@truth(NEGATIVE, 1)
def features_are_the_data(recon_features, features, mu, logvar):
    return F.mse_loss(recon_features, features, reduction="sum") + _kl(mu, logvar).sum()


@truth(NEGATIVE, 1)
def observed_is_the_data(observed_x, recon_x, mu, logvar):
    return F.mse_loss(recon_x, observed_x, reduction="sum") + _kl(mu, logvar).sum()


class OwnLosses(nn.Module):
    """A method that computes the two terms is no network, whatever its results are called."""

    def __init__(self):
        super().__init__()
        self.enc, self.dec, self.w = nn.Linear(12, 8), nn.Linear(4, 12), 0.5

    def _losses(self, x, x_hat, mu, logvar):
        return F.mse_loss(x_hat, x, reduction="sum") / len(x), _kl(mu, logvar).sum(1).mean()

    def training_step(self, batch, batch_idx):
        x = batch[0] if isinstance(batch, tuple | list) else batch
        mu, logvar = self.enc(x).chunk(2, dim=1)
        x_hat = self.dec(mu + torch.randn_like(mu) * torch.exp(0.5 * logvar))
        rec, kl = self._losses(x, x_hat, mu, logvar)
        return {"loss": rec + self.w * kl, "kl": kl.detach()}


truth(BETA, "self.w")(OwnLosses().training_step)


@truth(NEGATIVE, 1)
def sampled_prior_and_exact_entropy(recon, x, z, mu, logvar):
    entropy = 0.5 * logvar.sum(1) + 0 * mu.sum(1)
    return (F.mse_loss(recon, x, reduction="none").sum(1) + 0.5 * (z**2).sum(1) - entropy).mean()


@truth(BETA, "gamma", "capacity")
def capacity_called_c(recon, x, mu, logvar, C, gamma=1000):
    kl = _kl(mu, logvar).sum(1).mean()
    return F.mse_loss(recon, x, reduction="sum") / len(x) + gamma * (kl - C).abs()


@truth(UNDECIDED, None, "gradient", "undecided")
def weight_that_follows_the_loss(recon, x, mu, logvar):
    rec, kl = F.mse_loss(recon, x, reduction="sum"), _kl(mu, logvar).sum()
    return rec + (rec / kl).detach() * kl


@truth(WRONG, None, "kl-scale")
def prior_whose_logarithm_divides(x_hat, x, mu, logvar, prior_logvar):
    kl = prior_logvar - logvar + (logvar.exp() + mu**2) / prior_logvar - 1
    return F.mse_loss(x_hat, x, reduction="sum") + 0.5 * kl.sum()


@truth(UNDECIDED, None, "undecided")
def forgets_the_logarithm(probs, x, mu, logvar):
    return _kl(mu, logvar).sum() - probs.gather(-1, x.unsqueeze(-1)).sum()


@truth(UNDECIDED, None, "undecided")
def second_latent_without_a_kl(recon, x, mu1, logvar1, mu2, logvar2):
    return F.mse_loss(recon, x, reduction="sum") + _kl(mu1, logvar1).sum()


@truth(WRONG, "beta", "gradient")
def fit(n_epochs, train_loader, beta=2.0):
    for _ in range(n_epochs):
        for x, _ in train_loader:
            x_hat, mu, logvar = model(x)
            loss = F.mse_loss(x_hat, x, reduction="sum") + beta * _kl(mu.detach(), logvar).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
