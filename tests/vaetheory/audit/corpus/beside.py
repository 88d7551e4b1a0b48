"""Other heads, second targets, options, posteriors of one's own, shapes that broadcast."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from tests.vaetheory.audit.corpus.truth import BETA, NEGATIVE, SCALED, UNDECIDED, WRONG, truth


def _kl(mu, logvar):
    return -0.5 * (1 + logvar - mu**2 - logvar.exp())


@truth(NEGATIVE, 1, "extra-term")
def classifier_beside(recon_x, x, mu, logvar, logits, labels):
    bce = F.binary_cross_entropy(recon_x, x, reduction="sum") / x.size(0)
    return bce + _kl(mu, logvar).sum() / x.size(0) + F.cross_entropy(logits, labels)


@truth(NEGATIVE, 1, "extra-term")
def classifier_in_dicts(outputs, batch, alpha=10.0):
    rec = F.mse_loss(outputs["recon"], batch["image"], reduction="none").flatten(1).sum(1).mean()
    kl = _kl(outputs["mu"], outputs["logvar"]).sum(1).mean()
    cls = F.cross_entropy(outputs["class_logits"], batch["label"])
    return {"loss": rec + kl + alpha * cls, "rec": rec, "kl": kl, "cls": cls}


@truth(NEGATIVE, 1, "extra-term")
def classes_as_numbers(x_recon, x, mu, logvar, y_logits, y):
    rec = F.binary_cross_entropy(x_recon, x, reduction="sum") / len(x)
    kl = _kl(mu, logvar).sum() / len(x)
    accuracy = (y_logits.argmax(1) == y).float().mean()
    return rec + kl + F.nll_loss(F.log_softmax(y_logits, 1), y), rec, kl, accuracy


@truth(WRONG, None, "extra-term", "kl-sign")
def wrong_beside_a_classifier(x_recon, x, mu, logvar, class_probs, labels):
    rec = F.binary_cross_entropy(x_recon, x, reduction="sum")
    cls = F.binary_cross_entropy(class_probs, labels, reduction="sum")
    return rec - _kl(mu, logvar).sum() + cls


@truth(BETA, "D", "extra-term", "hidden-beta")
def regression_beside(recon, x, mu, log_var, pred, target, gamma=0.5):
    kl = _kl(mu, log_var).sum(1).mean()
    return F.mse_loss(recon, x) + kl + gamma * F.mse_loss(pred, target)


@truth(NEGATIVE, 1, "extra-term")
def two_images(recon_a, a, recon_b, b, mu, logvar):
    first = F.mse_loss(recon_a, a, reduction="sum")
    return first + F.mse_loss(recon_b, b, reduction="sum") + _kl(mu, logvar).sum()


@truth(UNDECIDED, None, "undecided")
def weighted_by_class(recon, x, mu, logvar, y):
    weight = 1.0 + y.argmax(1).to(x.dtype)
    rec = F.binary_cross_entropy(recon, x, reduction="none").sum(1)
    return (weight * (rec + _kl(mu, logvar).sum(1))).mean()


@truth(SCALED, 1, "broadcast")
def columns_and_rows(recon, x, mu, logvar):
    rec = ((recon - x) ** 2).sum(dim=1, keepdim=True)
    return (rec + _kl(mu, logvar).sum(1)).sum()


@truth(BETA, "beta·D", "broadcast", "hidden-beta")
def columns_and_rows_in_a_mean(recon_x, x, mu, logvar, beta=2.0):
    rec = torch.mean((recon_x - x) ** 2, dim=1, keepdim=True)
    return (rec + beta * _kl(mu, logvar).sum(1)).mean()


@truth(WRONG, None, "every-pair")
def target_with_an_axis_too_many(recon, x, mu, logvar):
    x = x.reshape(x.shape[0], 1, -1)
    return ((recon - x) ** 2).sum() / x.shape[0] + _kl(mu, logvar).sum() / x.shape[0]


@truth(NEGATIVE, 1)
def columns_on_both_sides(recon, x, mu, logvar):
    weight = torch.ones(x.shape[0], 1, dtype=x.dtype)
    rec = (weight * (recon - x) ** 2).sum(1, keepdim=True)
    return (rec + _kl(mu, logvar).sum(1, keepdim=True)).sum()


@truth(NEGATIVE, 1)
def text_option(recon_x, x, mu, logvar, distribution):
    if distribution == "bernoulli":
        rec = F.binary_cross_entropy_with_logits(recon_x, x, reduction="sum")
    elif distribution == "gaussian":
        rec = F.mse_loss(torch.sigmoid(recon_x), x, reduction="sum")
    else:
        raise ValueError(distribution)
    return rec + _kl(mu, logvar).sum()


@truth(NEGATIVE, 1)
def matched_option(recon, x, mu, log_sigma, likelihood):
    match likelihood:
        case "gaussian":
            rec = 0.5 * ((x - recon) ** 2).sum(-1)
        case "laplace":
            rec = (x - recon).abs().sum(-1)
        case _:
            raise KeyError(likelihood)
    return (rec + _kl(mu, 2 * log_sigma).sum(-1)).mean()


@truth(BETA, "self.beta")
class StagedStep(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = None
        self.beta = 4.0

    def forward(self, batch, stage):
        x, _ = batch
        x_hat, mu, logvar = self.net(x)
        rec = F.mse_loss(x_hat, x, reduction="none").flatten(1).sum(1).mean()
        if stage == "val":
            self.log("val_loss", rec)
        elif stage == "train":
            self.log("train_loss", rec)
        return rec + self.beta * _kl(mu, logvar).sum(1).mean()


class DiagonalGaussian:
    """As latent diffusion models have it."""

    def __init__(self, parameters):
        self.mean, self.logvar = torch.chunk(parameters, 2, dim=1)
        self.logvar = torch.clamp(self.logvar, -30.0, 20.0)
        self.var = torch.exp(self.logvar)

    def kl(self, other=None):
        return 0.5 * torch.sum(self.mean**2 + self.var - 1.0 - self.logvar, dim=[1])


@truth(BETA, 1e-6, "hidden-beta")
def own_posterior(inputs, reconstructions, posterior):
    nll = torch.abs(inputs - reconstructions).sum() / inputs.shape[0]
    return nll + 1e-6 * posterior.kl().sum() / inputs.shape[0]


@truth(UNDECIDED, None, "undecided")
def posterior_from_elsewhere(x, x_rec, posterior_dist):
    return F.mse_loss(x_rec, x, reduction="sum") + posterior_dist.kl_divergence().sum()


@truth(NEGATIVE, 1)
def topic_words(word_dist, bow, posterior_mu, posterior_logvar):
    nll = -(bow * (word_dist + 1e-10).log()).sum(1)
    return (nll + _kl(posterior_mu, posterior_logvar).sum(1)).mean()


@truth(WRONG, None, "extra-term", "half-bce")
def half_beside_a_classifier(recon_x, x, mu, logvar, logits, labels):
    cls = -(labels * F.log_softmax(logits, 1)).sum()
    return cls - (x * torch.log(recon_x + 1e-8)).sum() + _kl(mu, logvar).sum()


@truth(UNDECIDED, None, "undecided")
def whole_or_half(y, x, mu, logvar):
    return -(x * torch.log(y + 1e-10)).sum() + _kl(mu, logvar).sum()
