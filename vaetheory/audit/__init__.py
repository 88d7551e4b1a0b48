"""What does this loss function really compute? `vaetheory.audit(function)`, and the command.

`vaetheory.audit` is both this package and the function that the package is for. The package is
made callable (its module class gets a `__call__`): that is the only arrangement which does not
depend on who imported what first, since importing any submodule binds the package to that name.
Nothing heavy is imported before the first call.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vaetheory.audit.report import Report


def audit(
    function: Callable[..., Any] | None = None,
    *,
    signature: str | None = None,
    name: str | None = None,
    **model: Any,
) -> Report:
    """Recover what a VAE loss function computes, and judge it as an ELBO.

    `function` is called on designed random inputs (float64) over several batch sizes B, dimensions
    D and latent sizes K. `signature` gives the roles of its parameters where names and shapes do
    not tell: `"recon,x,mu,logvar"`, or `"out.a=recon,out.b=mu"` for the fields of a record.

    Whole models: `audit(module)` for a module whose forward returns the usual tuple, or
    `audit(encoder=…, decoder=…, loss=…, example=…)`.

    >>> import numpy as np
    >>> def loss(x_hat, x, mu, log_var):
    ...     bce = -(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat)).mean()
    ...     return bce - 0.5 * np.mean(1 + log_var - mu**2 - np.exp(log_var))
    >>> report = audit(loss)
    >>> report.verdict.value, report.beta
    ('beta objective', 'D/K')
    """
    from vaetheory.audit.auditor import audit_function
    from vaetheory.audit.models import audit_model, is_model

    if model or is_model(function):
        return audit_model(function, name=name, **model)
    if function is None:
        raise TypeError("audit() needs a loss function, or a model: encoder=…, decoder=…, loss=…")
    return audit_function(function, signature, name)


class _CallablePackage(types.ModuleType):
    """The package itself, callable as `vaetheory.audit(function)`."""

    def __call__(self, function: Callable[..., Any] | None = None, **options: Any) -> Report:
        return audit(function, **options)


sys.modules[__name__].__class__ = _CallablePackage
