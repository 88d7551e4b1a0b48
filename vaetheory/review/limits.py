"""What the reader cannot read yet, and what the checker cannot decide, each with an example.

The page of the site is generated from this list, and a test holds every entry to it: what can be
read one day has to leave.
"""

from __future__ import annotations

from dataclasses import dataclass

from vaetheory.review.reviewing import review


@dataclass(frozen=True, slots=True)
class Limit:
    """A construct in words, and a line that has it."""

    construct: str
    example: str


LIMITS: tuple[Limit, ...] = (
    Limit(
        "products of matrices other than Σ₂⁻¹Σ₁",
        r"\mathrm{tr}(\Sigma_1\Sigma_2) = \mathrm{tr}(\Sigma_2\Sigma_1)",
    ),
    Limit("sums of matrices", r"\det(\Sigma_1+\Sigma_2) = \det(\Sigma_2+\Sigma_1)"),
    Limit(
        "noise in the place of z",
        r"z = \mu + \sigma\epsilon$$ "
        r"$$\log q(z|x) = -\frac12\epsilon^2 - \log\sigma - \frac12\log(2\pi)",
    ),
    Limit(
        "importance-weighted bounds for two symbolic numbers of samples",
        r"\mathbb{E}_{z_{1:K+1}\sim q(z|x)}[\log\frac{1}{K+1}\sum_{k=1}^{K+1}"
        r"\frac{p(x,z_k)}{q(z_k|x)}] \ge "
        r"\mathbb{E}_{z_{1:K}\sim q(z|x)}[\log\frac1K\sum_{k=1}^K\frac{p(x,z_k)}{q(z_k|x)}]",
    ),
    Limit(
        "absolute values",
        r"\mathcal{L} = \mathbb{E}_{q(z|x)}[\log p(x|z)] - |\mathrm{KL}(q(z|x)\|p(z)) - C|",
    ),
    Limit("stop-gradients", r"\mathcal{L} = \log p(x|z) + \|\mathrm{sg}[z] - e\|^2"),
    Limit("cases", r"p(x) = \begin{cases} 1 & x \in A \\ 0 & x \notin A \end{cases}"),
    Limit("arg max and arg min", r"\phi^* = \arg\max_\phi \mathrm{ELBO}(x)"),
    Limit("maximum and minimum", r"\max_q \text{ELBO} = \log p(x)"),
    Limit("limits", r"\lim_{K\to\infty} \mathcal{L}_K = \log p(x)"),
    Limit(
        "variance and covariance",
        r"\mathrm{Var}[f(z)] = \mathbb{E}_{q(z|x)}[f(z)^2] - \mathbb{E}_{q(z|x)}[f(z)]^2",
    ),
    Limit("logarithms to another base", r"\log_2 p(x) = \log_2 p(x)"),
    Limit("integrals over a part of the space", r"\int_0^1 q(z|x)\,dz = 1"),
    Limit("values in the place of arguments", r"p(x=1) = p(x=1|z) p(z)"),
    Limit(
        "words that no line defines",
        r"\text{ELBO} = \text{reconstruction} - \text{KL}(q(z|x)\|p(z))",
    ),
    Limit("sums over pairs", r"\sum_{i<j} x_i x_j = \sum_{i,j} x_i x_j"),
    Limit("gradients by what nothing carries", r"\nabla_w \log p(x) = 0"),
    Limit("an ellipsis between terms", r"\log p(x) = \log p(x_1) + \cdots + \log p(x_D)"),
    Limit("conditional entropy without a law", r"H(z|x) = H(x,z) - H(x)"),
    Limit("mean squared error by name", r"-\log p(x|z) = \mathrm{MSE}(x,\hat{x})"),
)


def outcome(limit: Limit) -> tuple[str, str]:
    """The verdict on the example, and the reason that is given."""
    report = review(f"$${limit.example}$$", "limit.tex")
    order = {"unread": 0, "undecided": 1}
    lines = sorted(report.lines, key=lambda line: order.get(line.verdict, 2))
    return (lines[0].verdict, lines[0].why) if lines else (report.verdict, report.why)


def table() -> str:
    """The list as a Markdown table."""
    rows = ["| what | for example | verdict | what is said |", "|---|---|---|---|"]
    for limit in LIMITS:
        verdict, why = outcome(limit)
        # a bar inside backticks parts no cells
        said = why.replace("|", "\\|").replace("\n", " ")
        rows.append(f"| {limit.construct} | `{limit.example}` | {verdict} | {said} |")
    return "\n".join(rows) + "\n"
