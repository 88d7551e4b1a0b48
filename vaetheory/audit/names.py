"""What people call things: names of arguments → roles, hyperparameters, sizes."""

from __future__ import annotations

import functools
import re

from vaetheory.audit.roles import Role

_LOG = r"(log|ln)?_?"
_SPREAD = (
    r"(log_?var|logv|lv|log_?sigma|log_?std|log_?scale|log_?sd|log_?variance|lnvar|lsgms?|ls|"
    r"sigma|std|stddev|stdev|std_?dev|scale|var|variance|sd|sig|sigma_?sq|sigma2|var_?log|"
    r"log_?sigma_?(sq|squared?|2)|logs2|l_?sigma|covariance|cov|log_?prec(ision)?|precision)"
)
# `log_sigma2` is log σ², while `logvar2` and `sigma_2` are those of a second Gaussian.
_SQUARED = r"(log|ln)?_?sigma2$"
_CENTRE = r"(mu|mus|mean|means|loc|avg)"
_LATENT_NAME = (
    r"(raw|pre|z|latent|latents|q|qz|enc|encoder|encoded|post|posterior|code|h|hidden|en)"
)
_DECODED = (
    r"(recon\w*|rec|recs|x_?hats?|x_?rec\w*|rec_?x|\w*_?recon\w*|out_?x|decoded?\w*|"
    r"x_?(pred|tilde|prime|out|dash|bar|gen|decoded|logits?|probs?|decoded_mean|p|logit)|\w*_hat|"
    r"y_?(pred|hat)|pred(s|ictions?|icted)?|logits?|probs?|gen(erated)?(_\w+)?|fake(_\w+)?|"
    r"p_?x(_?(z|given_?z))?|px_?(logits?|probs?|mu|mean)|outputs?_?(x|imgs?|images?)|"
    r"(img|image)s?_?(out|hat|pred|rec)|y|out|output|outputs|x_?1|xr|rx|x2|xh|dec(_\w+)?|"
    r"reconst\w*|(mu|mean|loc)_?(x|dec|decoder|recon)|x_?(mu|mean|loc))"
)
_TARGET = (
    r"(x|xs|inputs?|in|targets?|tgt|data|imgs?|images?|batch|batch_?x|originals?|orig(_\w+)?|gt|"
    r"ground_?truth|(y|x)_?true|true(_\w+)?|real(_\w+)?|x_?(in|input|orig|original|target|gt|real|0)"
    r"|inp|observations?|obs|input_?(x|data|imgs?|images?)|sample_?x|label_?x|source|x_?batch|"
    r"pixels|t|features|org|ori)"
)

# The first pattern that fits the whole name (lower case) gives the role.
_PATTERNS: tuple[tuple[Role, str], ...] = (
    (
        Role.PRIOR_SCALE,
        rf"p_?[vs]|(?!{_SQUARED}){_SPREAD}_?(p|prior|2|pz)|"
        rf"(p|prior|pz)_?({_LATENT_NAME}_)?{_SPREAD}",
    ),
    (
        Role.PRIOR_MEAN,
        rf"p_?m|({_CENTRE}_?(p|prior|2|pz)|(p|prior|pz)_?({_LATENT_NAME}_)?{_CENTRE})",
    ),
    (
        Role.RECONSTRUCTION_SCALE,
        rf"({_SPREAD}_?(x|dec|decoder|recon|rec|out|px|obs|likelihood|noise)|"
        rf"(x|dec|decoder|recon|rec|decoded|out|px|obs|x_?hat|likelihood|noise|p_?x)_?{_SPREAD})",
    ),
    (
        Role.SCALE,
        rf"({_LATENT_NAME}_?)?({_LOG}){_SPREAD}s?(_?(z|q|qz|enc|1|post|posterior|latent|hat)|_[a-z])?|"
        r"q?_?[vs]",
    ),
    (
        Role.RECONSTRUCTION,
        rf"({_CENTRE}_?(x|dec|decoder|recon|px)|(x|dec|decoder|recon|px)_?{_CENTRE})",
    ),
    (
        Role.MEAN,
        rf"({_LATENT_NAME}_?)?{_CENTRE}(_?(z|q|qz|enc|1|post|posterior|latent))?|mu_?\w?|q?_?m",
    ),
    (Role.PACKED, r"(z_?params|q_?params|latent_?params|params|stats|moments|mu_?logvar)"),
    (Role.SAMPLE, r"(z|zs|z_?samples?|samples?|latents?|code|z0|z_?k|enc_?z|embedding|z_?sampled)"),
    (Role.CONDITION, r"(c|labels?|cond|conditions?|class(es)?|one_?hot|onehot|cls|y_?onehot)"),
    (Role.RECONSTRUCTION, _DECODED),
    (Role.TARGET, _TARGET),
)
_MASK = re.compile(r"(.*_)?masks?(_.*)?|(is_)?valid|is_observed|obs(erved)?_ind(icator)?s?")
_KEY = re.compile(
    r"((z|s?rng|prng|random|subrng|noise|sample|dropout)_)?(rng|key|prng_?key|rngs)\d?"
)
_MISSING = re.compile(r"(is_)?missing(_.*)?|.*_missing|(key_)?padding(_mask)?|is_pad(ding)?")
_COMPILED = tuple((role, re.compile(pattern)) for role, pattern in _PATTERNS)

_KEEP_GREEK = str.maketrans({"μ": "mu", "σ": "sigma", "β": "beta", "γ": "gamma", "λ": "lambda"})


@functools.lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """The name in snake case without Greek: `logVar` → `log_var`, `σ` → `sigma`."""
    name = name.translate(_KEEP_GREEK).replace("x̂", "x_hat").strip("_")
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return name.lower()


# `recon_loss` and `bce` are numbers that were computed already, `x_encoded` is a hidden layer.
_VALUE = re.compile(
    r"(x|h)_?(enc|encoded|features?|emb)|(.*_)?(loss|losses|error|nll|bce|mse|kl|kld|elbo|term)(_.*)?"
)


def is_value(name: str) -> bool:
    """Whether a name is that of a term of the objective, computed already (or a hidden layer)."""
    return _VALUE.fullmatch(plain(name)) is not None


def role_of(name: str) -> Role | None:
    """The role that a name suggests, or None.

    >>> role_of("recon_x"), role_of("logvar"), role_of("z_mean"), role_of("frobnicate")
    (<Role.RECONSTRUCTION: 'recon'>, <Role.SCALE: 's'>, <Role.MEAN: 'mu'>, None)
    """
    word = plain(name)
    if _VALUE.fullmatch(word):
        return None
    if _KEY.fullmatch(word):
        return Role.KEY
    if _MISSING.fullmatch(word):
        return Role.MISSING
    if _MASK.fullmatch(word):
        return Role.MASK
    return next((role for role, pattern in _COMPILED if pattern.fullmatch(word)), None)


_POSTERIOR = re.compile(
    r"q|qz|q_z(_x)?|qz_x|q_?dist|posterior|post(erior)?_?dist|latent_?dist|z_?dist"
)
_PRIOR = re.compile(r"p|pz|p_z|p_?dist|prior|prior_?dist")


_LIKELIHOOD = re.compile(
    r"p_?x(_?(z|given_?z))?|likelihood|(x|recon|output|decoder|obs)_?(dist|distribution)|x_?given_?z"
)


def is_likelihood(name: str) -> bool:
    """Whether a name is used for the distribution p(x|z) as an object."""
    return _LIKELIHOOD.fullmatch(plain(name)) is not None


def is_posterior(name: str) -> bool:
    """Whether a name is used for the distribution q(z|x) as an object."""
    return _POSTERIOR.fullmatch(plain(name)) is not None


def is_prior(name: str) -> bool:
    """Whether a name is used for the distribution p(z) as an object."""
    return _PRIOR.fullmatch(plain(name)) is not None


_UNSURE = frozenset((
    "x", "y", "a", "b", "c", "d", "m", "s", "v", "t", "z", "input", "inputs", "output", "outputs",
    "target", "targets", "out", "in", "data", "labels", "label", "features", "batch",
))  # fmt: skip


def is_sure(name: str) -> bool:
    """Whether a name leaves no doubt: `recon_x` and `logvar` do not, `input` and `y` do."""
    word = plain(name.rpartition(".")[2])
    return role_of(word) is not None and word not in _UNSURE


_HEAD = re.compile(
    r"(.*_)?(class(es)?|cls|clf|classifier|classification|labels?|y|digit|property|attr(ibute)?s?)_?"
    r"(logits?|probs?|pred(ictions?|icted|s)?|hat|scores?|out(put)?s?|log_?probs?)|"
    r"(logits?|probs?|pred(ictions?|icted|s)?|scores?|log_?probs?|out(put)?s?)"
    r"(_?(y|c|class(es)?|cls|clf|labels?))?"
)


def looks_like_head(name: str) -> bool:
    """Whether a name is one for the output of a classifier beside the decoder.

    >>> looks_like_head("class_logits"), looks_like_head("y_pred"), looks_like_head("recon_x")
    (True, True, False)
    """
    return _HEAD.fullmatch(plain(name)) is not None


_HYPER = re.compile(
    r".*(beta|weight|coef|coeff|lambda|lamb|alpha|gamma|anneal|factor|ratio|capacity|temperature|"
    r"step|epoch|iter|batch_idx|num|count|dim|dims|size|width|height|pixels|latents|lr|eps|tol|"
    r"scale|warm|max|min|free_?bits|tau|delta|n_data|dataset).*|"
    r"(w|k|n|b|c|t|m_n|n_samples|lmbda|lam|it|i|kl_?w|kld_?w|kw|x0|bs|d|zdim|nz|c_max|rate|reg)"
)


def looks_like_number(name: str) -> bool:
    """Whether people give this name to a hyperparameter rather than to an array."""
    return _HYPER.fullmatch(plain(name)) is not None or is_value(name)


_TINY = re.compile(r"(.*_)?(eps|epsilon|tiny|tol|small|smooth(ing)?|stability)(_?\d+)?(_.*)?")


def keeps_from_zero(name: str) -> bool:
    """Whether people call the number by this name that keeps a logarithm from zero.

    >>> keeps_from_zero("eps"), keeps_from_zero("EPSILON"), keeps_from_zero("steps")
    (True, True, False)
    """
    return _TINY.fullmatch(plain(name)) is not None


_STEP = re.compile(
    r".*(step|epoch|iter|steps)s?|it|t|i|batch_idx|global_step|num_updates|n_iter|num_iter.*"
)


_INDEX = re.compile(
    r"(pad|padding|ignore|blank|unk|sos|bos|eos)(_?(idx|id|index|token|token_?id|value))?"
)


def looks_like_index(name: str) -> bool:
    """Whether the number names a sort of token, such as the padding: 0 unless it has a default.

    >>> looks_like_index("pad_idx"), looks_like_index("pad_mask"), looks_like_index("beta")
    (True, False, False)
    """
    return _INDEX.fullmatch(plain(name)) is not None


_BOUND = re.compile(r".*(stop|max|total|warm|end|start|every|per|cycle|period|first|last|n_).*")


def looks_like_step(name: str) -> bool:
    """Whether the number counts training steps or epochs (and is no bound of such a count)."""
    word = plain(name)
    return _STEP.fullmatch(word) is not None and _BOUND.fullmatch(word) is None


_SIZES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("V", re.compile(r"(n_?|num_?)?(vocab|vocabulary|tokens|words)_?(size)?|vocab_?dim")),
    (
        "B",
        re.compile(r"(mini_?|train_?)?batch_?(size|sz|dim|len)|bs|n_?batch|mb_?size"),
    ),
    (
        "K",
        re.compile(
            r"(n_?|num_?|dim_?)?(z|latent|latents|hidden_z|code|embedding)_?"
            r"(dim|dims|size|features|units|vars|d|dimension|space|dimensions)?|zdim|nz|z_?d"
        ),
    ),
    (
        "D",
        re.compile(
            r"(n_?|num_?|dim_?)?(original|input|inputs|image|img|data|x|feature|features|obs|pixel|"
            r"pixels|in|visible|output|out|flat)_?(dim|dims|features|length|d|units|"
            r"dimension|dimensions|pixels|count)|input_?size|xdim|n_?pixels|num_?pixels|n_?features|x_?d"
        ),
    ),
)


@functools.lru_cache(maxsize=4096)
def size_named(name: str) -> str | None:
    """`B`, `D` or `K` for a number that people name after a size, or None.

    >>> size_named("original_dim"), size_named("latent_dim"), size_named("beta")
    ('D', 'K', None)
    """
    word = plain(name)
    return next((size for size, pattern in _SIZES if pattern.fullmatch(word)), None)


_CLAIMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("log σ²", re.compile(r".*(log|ln).*(var|sq|2).*|lv|.*var.*log.*|logv")),
    ("log σ", re.compile(r".*(log|ln).*(sigma|std|scale|sd|stdev).*")),
    ("σ²", re.compile(r"(.*_)?(var|variance|sigma_?sq|sigma2|cov\w*)(_.*)?")),
    ("σ", re.compile(r"(.*_)?(sigma|std|stddev|stdev|scale|sd)(_.*)?")),
)


def claimed_scale(name: str) -> str | None:
    """What a name says about how σ is written: `logvar` says log σ², `sigma` says σ.

    >>> claimed_scale("logvar"), claimed_scale("z_std"), claimed_scale("s")
    ('log σ²', 'σ', None)
    """
    word = plain(name.rpartition(".")[2])
    return next((claim for claim, pattern in _CLAIMS if pattern.fullmatch(word)), None)


_SPREAD_ONLY = re.compile(rf"(\w*_)?{_SPREAD}(_\w*)?|noise\w*|precision|tau")


def looks_like_spread(name: str) -> bool:
    """Whether a hyperparameter is named like the decoder's σ, σ², log σ or precision."""
    return _SPREAD_ONLY.fullmatch(plain(name)) is not None
