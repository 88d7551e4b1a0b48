"""What goes wrong, said in the user's words.

Every error that a user can cause, and no other, is a ``VaeModelsError``: its message quotes the
offending input and says what to do, and the command line prints it without a traceback.
"""

from __future__ import annotations


class VaeModelsError(Exception):
    """Base of the errors that a user can cause; ``exit_code`` is what the command returns."""

    exit_code = 2


class ConfigError(VaeModelsError, ValueError):
    """A parameter, or a combination of parameters, that makes no sense."""


class DataError(VaeModelsError):
    """A data file that is missing, truncated, corrupt or not what its name says."""


class CheckpointError(VaeModelsError):
    """A checkpoint that cannot be read, or that belongs to another configuration."""


class MissingExtraError(VaeModelsError):
    """An optional dependency that this command needs is not installed."""


class TrainingError(VaeModelsError):
    """Training cannot go on (a loss that is not finite, a full disk)."""

    exit_code = 1
