# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Variational autoencoders on handwritten digits
#
# Part 2 of the homework: a convolutional VAE (2.1) and a conditional VAE (2.2), trained on the
# class-balanced subset of MNIST that comes with the package: 10,000 images for training, of which
# 500 are held out, and 2,000 for the test.
# The written answers are in the booklet beside this notebook.
#
# `HW4_EPOCHS` in the environment sets the length of both trainings.

# %%
import math
import os
import tempfile
from pathlib import Path

import torch
from IPython.display import Image, Math, display

import vaemodels
from vaemodels import objectives
from vaemodels.commands.figures import draw_all
from vaetheory import theorems
from vaetheory.latex.writer import to_latex

EPOCHS = int(os.environ.get("HW4_EPOCHS", "30"))
FOLDER = Path(tempfile.mkdtemp(prefix="hw4-"))


def show(name: str, run: vaemodels.Run) -> None:
    """One figure of a run."""
    display(Image(run.folder / "figures" / f"{name}.png", width=760))


# %% [markdown]
# ## The objective
#
# What is maximized is the ELBO in the form of question 1.2.1, for each image:

# %%
for name in ("elbo-reconstruction-kl", "bernoulli-bce", "gaussian-kl-standard"):
    display(Math(to_latex(theorems.get(name).statement)))


# %% [markdown]
# Written out for a Bernoulli decoder and a diagonal Gaussian encoder, with one sample of $z$: the
# binary cross-entropy *summed* over the pixels, and the closed form of appendix B.


# %%
def elbo_by_hand(logits: torch.Tensor, x: torch.Tensor, mu: torch.Tensor, sigma: torch.Tensor):
    """E_q[log p(x|z)] − KL[q(z|x) ‖ N(0, I)] for each image, from the decoder's logits."""
    cross_entropy = torch.nn.functional.binary_cross_entropy_with_logits(
        logits, x, reduction="none"
    )
    kl = 0.5 * (mu**2 + sigma**2 - 1 - 2 * sigma.log())
    return -cross_entropy.flatten(1).sum(1) - kl.sum(1)


# %% [markdown]
# ## 2.1 The convolutional VAE
#
# Two latent dimensions, so that the whole latent space can be looked at.

# %%
vae = vaemodels.train("vae", latent=2, epochs=EPOCHS, out=FOLDER / "vae")
draw_all(vae, vae.folder / "figures")
print(vae.model)

# %% [markdown]
# The trained model's objective is the formula above: the same numbers on test images.

# %%
test = vae.data().test.take(torch.arange(64))
x = (test.images.double() / 255 > 0.5).double()
model = vae.model.double().cpu()
noise = torch.randn(1, 64, 2, dtype=torch.float64)
with torch.no_grad():
    terms = objectives.elbo(model, x, test.labels, noise)
    q = model.posterior(x, test.labels).base_dist
    z = q.loc + q.scale * noise[0]
    logits = model.likelihood(z, test.labels).base_dist.logits
    by_hand = elbo_by_hand(logits, x, q.loc, q.scale)
difference = (terms.elbo - by_hand).abs().max().item()
print(f"largest difference: {difference:.1e} nats")
assert difference < 1e-9
vae = vaemodels.load(vae.folder)

# %%
show("curves", vae)

# %%
show("reconstructions", vae)

# %%
show("samples", vae)

# %%
show("manifold", vae)

# %%
show("latent", vae)

# %% [markdown]
# ## 2.2 The conditional VAE
#
# Encoder and decoder both receive the class. A small latent space is enough: the class need not be
# in it any more, only the style.

# %%
cvae = vaemodels.train("cvae", latent=4, epochs=EPOCHS, out=FOLDER / "cvae")
draw_all(cvae, cvae.folder / "figures")
show("curves", cvae)

# %% [markdown]
# Each row a class, each column one $z$: slant, width and stroke go along with the column.

# %%
show("class_grid", cvae)

# %%
show("reconstructions", cvae)

# %% [markdown]
# ## Both on the test images
#
# The importance-weighted estimate is a tighter lower bound on $\log p(x)$ than the ELBO.

# %%
for name, run in (("VAE", vae), ("CVAE", cvae)):
    held_out = run.data().test.take(torch.arange(500))
    found = run.evaluate(held_out, importance_samples=50)
    bits = -found.log_likelihood / math.log(2) / 784
    print(
        f"{name:4}  ELBO {found.terms.elbo:8.2f} = {found.terms.reconstruction:8.2f}"
        f" − {found.terms.kl:5.2f}   log p(x) ≥ {found.log_likelihood:8.2f} nats"
        f"   {bits:.3f} bits per pixel"
    )
    assert found.log_likelihood > found.terms.elbo
