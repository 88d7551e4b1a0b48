"""The few array functions that are needed, on NumPy or on torch.

torch is never imported here: whoever wants it hands the module over,
``Backend(torch, torch.special, device="cuda", dtype=torch.float32)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.special

Array = Any
"""A NumPy array, a torch tensor, or a Python number standing for an array without axes."""


@dataclass(frozen=True)
class Backend:
    """Array functions of one library. Python numbers pass through NumPy, so constants cost
    nothing."""

    xp: Any = np
    special: Any = scipy.special
    device: Any = None
    dtype: Any = np.float64

    @property
    def epsilon(self) -> float:
        """The rounding unit of the working precision."""
        return float(self.xp.finfo(self.dtype).eps)

    def array(self, values: Any) -> Array:
        """An array of the working precision, on the device."""
        if self.device is None:
            return self.xp.asarray(values, dtype=self.dtype)
        return self.xp.asarray(values, dtype=self.dtype, device=self.device)

    def _apply(self, module: Any, name: str, *arguments: Array) -> Array:
        if all(isinstance(a, int | float) for a in arguments):
            scalar = scipy.special if module is self.special else np
            return float(getattr(scalar, name)(*map(float, arguments)))
        if len(arguments) > 1 and self.xp is not np:
            arguments = tuple(self.array(a) if isinstance(a, int | float) else a for a in arguments)
        return getattr(module, name)(*arguments)

    def exp(self, x: Array) -> Array:
        """eˣ."""
        return self._apply(self.xp, "exp", x)

    def log(self, x: Array) -> Array:
        """The natural logarithm; nan below 0."""
        return self._apply(self.xp, "log", x)

    def tanh(self, x: Array) -> Array:
        """The hyperbolic tangent."""
        return self._apply(self.xp, "tanh", x)

    def sinh(self, x: Array) -> Array:
        """The hyperbolic sine."""
        return self._apply(self.xp, "sinh", x)

    def cosh(self, x: Array) -> Array:
        """The hyperbolic cosine."""
        return self._apply(self.xp, "cosh", x)

    def floor(self, x: Array) -> Array:
        """The largest integer below."""
        return self._apply(self.xp, "floor", x)

    def absolute(self, x: Array) -> Array:
        """|x|."""
        return abs(x)

    def indicator(self, x: Array, k: Array) -> Array:
        """1 where x = k, 0 elsewhere."""
        return (x == k) * 1.0

    def softplus(self, x: Array) -> Array:
        """log(1 + eˣ) without overflow."""
        return self.log_add_exp(x, 0.0)

    def log_add_exp(self, x: Array, y: Array) -> Array:
        """log(eˣ + eʸ) without overflow."""
        return self._apply(self.xp, "logaddexp", x, y)

    def expit(self, x: Array) -> Array:
        """1 / (1 + e⁻ˣ)."""
        return self._apply(self.special, "expit", x)

    def ndtri(self, u: Array) -> Array:
        """The standard normal quantile function."""
        return self._apply(self.special, "ndtri", u)

    def gammaln(self, x: Array) -> Array:
        """log Γ(x)."""
        return self._apply(self.special, "gammaln", x)

    def digamma(self, x: Array) -> Array:
        """ψ(x) = (log Γ)′(x)."""
        return self._apply(self.special, "digamma", x)

    def erf(self, x: Array) -> Array:
        """The error function."""
        return self._apply(self.special, "erf", x)

    def where(self, condition: Array, yes: Array, no: Array) -> Array:
        """``yes`` where the condition holds, ``no`` elsewhere."""
        return self.xp.where(condition, self._full(yes), self._full(no))

    def _full(self, x: Array) -> Array:
        return self.array(x) if isinstance(x, int | float) else x

    def power(self, base: Array, exponent: Array) -> Array:
        """base ^ exponent; a whole exponent may have a negative base."""
        if isinstance(base, int | float) and isinstance(exponent, int | float):
            return float(np.power(float(base), exponent))
        if isinstance(exponent, int | float) and float(exponent).is_integer():
            return base ** int(exponent) if exponent >= 0 else 1.0 / base ** int(-exponent)
        return self._full(base) ** exponent

    def log_sum_exp(self, values: Array, axis: int | None = None) -> Array:
        """log Σ exp over an axis, which stays with length 1, or over the first, which goes; −∞ for
        an empty sum."""
        where, kept = (0, False) if axis is None else (axis, True)
        numpy = self.xp is np
        top = values.max(axis=where, keepdims=True) if numpy else values.amax(where, True)
        top = self.where(top > -np.inf, top, 0.0)
        total = self.xp.exp(values - top)
        total = total.sum(axis=where, keepdims=kept) if numpy else total.sum(where, kept)
        return self.xp.log(total) + (top if kept else top[0])


def dimensions(x: Array) -> int:
    """The number of axes; 0 for a Python number."""
    return getattr(x, "ndim", 0)


def scalar(x: Array) -> Array:
    """A Python number for an array without axes."""
    return x if isinstance(x, int | float) or dimensions(x) else float(x)


NUMPY = Backend()
