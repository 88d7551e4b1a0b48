"""Unicode characters that people type or paste, and commands of which several mean the same."""

from __future__ import annotations


def _pairs(table: str) -> dict[str, str]:
    words = table.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_GREEK = _pairs("""
    α alpha β beta γ gamma δ delta ε epsilon ϵ epsilon ζ zeta η eta θ theta ϑ theta κ kappa
    λ lambda μ mu µ mu ν nu ξ xi π pi ρ rho σ sigma τ tau φ phi ϕ phi χ chi ψ psi ω omega
    Γ Gamma Δ Delta Θ Theta Λ Lambda Π Pi Σ Sigma Φ Phi Ψ Psi Ω Omega
""")

_SIGNS = _pairs(r"""
    − - – - ‐ - ∗ * × \times · \cdot ⋅ \cdot ∕ / ÷ / ∫ \int ∑ \sum ∏ \prod ∂ \partial ∇ \nabla
    √ \sqrt ∞ \infty ≤ \le ≥ \ge ⩾ \ge ⩽ \le ≈ \approx ≡ \equiv ≠ \ne ≐ \doteq ≜ := ≔ :=
    ∝ \propto ∼ \sim ∣ | │ | ｜ | ‖ \| ∥ \| … \ldots ⋯ \cdots ⟨ \langle ⟩ \rangle ⊤ \top ∈ \in
    ℒ \mathcalL ℱ \mathcalF → \to ⇒ \implies ⟹ \implies ⇔ \iff ＝ = （ ( ） ) ， , ∶ :
    ℝ \mathbbR 𝔼 \E ′ ' ’ ' ⅆ d
""")

_DIGITS = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))
_ALPHABETS = ("𝐚𝐛𝐜𝐝𝐞𝐟𝐠𝐡𝐢𝐣𝐤𝐥𝐦𝐧𝐨𝐩𝐪𝐫𝐬𝐭𝐮𝐯𝐰𝐱𝐲𝐳", "𝑎𝑏𝑐𝑑𝑒𝑓𝑔ℎ𝑖𝑗𝑘𝑙𝑚𝑛𝑜𝑝𝑞𝑟𝑠𝑡𝑢𝑣𝑤𝑥𝑦𝑧")

UNICODE: dict[str, tuple[str, ...]] = {
    **{c: ("\\" + name,) for c, name in _GREEK.items()},
    **{c: (sign,) for c, sign in _SIGNS.items()},
    **{c: ("_", digit) for c, digit in _DIGITS.items()},
    **{c: ("^", digit) for c, digit in _RAISED.items()},
    **{c: (chr(ord("a") + k),) for alphabet in _ALPHABETS for k, c in enumerate(alphabet)},
    "½": (r"\frac", "1", "2"),
}

# one spelling for each command that has several; an empty one is dropped
SAME_COMMAND: dict[str, str] = {
    r"\middle": "",
    r"\delimsize": "",
    **_pairs(r"""
    \leq \le \geq \ge \leqslant \le \geqslant \ge \lt < \gt > \neq \ne \not= \ne
    \mid | \vert | \lvert | \rvert | \given | \bm| | \Vert \| \parallel \| \lVert \| \rVert \|
    \infdivx \KL \varphi \phi \vartheta \theta \varepsilon \epsilon \varsigma \sigma
    \varpi \pi \varrho \rho \lbrace \{ \rbrace \} \lbrack [ \rbrack ] \lparen ( \rparen )
    \dfrac \frac \tfrac \frac \cfrac \frac \nicefrac \frac \sfrac \frac
    \bullet \cdot \odot \cdot \ast *
    \coloneqq := \coloneq := \eqqcolon =: \eqcolon =: \triangleq :=
    \defeq := \eqdef := \definedas := \doteqdot \doteq
    \simeq \approx \expectation \E \Expect \E \Ex \E \EE \E \Eop \E \Exp \E
    \DKL \KL \Dkl \KL \kld \KL \KLD \KL \kl \KL \dkl \KL \KLdiv \KL \elbo \ELBO
    \dd d \diff d \dif d \differential d \dots \ldots \dotsc \ldots \dotsb \cdots \dotsm \cdots
    \transpose \top \intercal \top \T \top \prime ' \colon : \div / \Rightarrow \implies
    \Longrightarrow \implies \Leftrightarrow \iff \Longleftrightarrow \iff \vdots \ldots
"""),
}

# commands and bare runs of letters that are names of something
WORDS: dict[str, str] = {
    **_pairs(r"""
    log log ln log exp exp KL KL DKL KL KLD KL Kl KL kl KL ELBO ELBO Elbo ELBO elbo ELBO
    const const Const const constant const const. const cst const tr tr Tr tr trace tr det det
    diag diag Bernoulli Bernoulli Bern Bernoulli Ber Bernoulli bern Bernoulli bernoulli Bernoulli
    Normal Normal normal Normal Gaussian Normal BCE BCE MSE MSE sigmoid sigmoid Categorical
    Categorical Cat Categorical Var Var Cov Cov VLB ELBO VLBO ELBO VFE VFE argmax argmax argmin
    argmin max max min min arg arg sup sup inf inf lim lim MI MI Jensen Jensen
""")
}
