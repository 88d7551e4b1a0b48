"""Mistakes that students really make: pure functions to wrong expressions, one per file."""

from __future__ import annotations

from vaetheory.slips import (
    dropped_condition,
    dropped_expectation,
    dropped_term,
    equality_for_bound,
    gradient_inside,
    inverted_ratio,
    joint_for_conditional,
    log_moved_inside,
    log_moved_outside,
    lost_factor,
    lost_half,
    lost_log,
    marginal_of_another,
    missing_sum,
    moment_of_a_mean,
    posterior_for_prior,
    reversed_conditional,
    shifted_range,
    sigma_for_variance,
    sign_of_a_term,
    split_log,
    sum_for_product,
    turned_kl,
    wrong_law,
    wrong_letter,
    wrong_quantity,
)
from vaetheory.slips.slip import Slip, StatementSlip

_SLIPS = (
    sign_of_a_term,
    lost_log,
    log_moved_inside,
    log_moved_outside,
    split_log,
    marginal_of_another,
    posterior_for_prior,
    dropped_condition,
    reversed_conditional,
    joint_for_conditional,
    wrong_letter,
    wrong_law,
    dropped_expectation,
    turned_kl,
    dropped_term,
    lost_factor,
    inverted_ratio,
    lost_half,
    sigma_for_variance,
    shifted_range,
    missing_sum,
    sum_for_product,
    gradient_inside,
    moment_of_a_mean,
)


def all_slips() -> tuple[Slip, ...]:
    """The mistakes in expressions, most frequent first as far as that is known."""
    return tuple(module.SLIP for module in _SLIPS)


def all_statement_slips() -> tuple[StatementSlip, ...]:
    """The mistakes in how two sides are related."""
    return equality_for_bound.SLIP, wrong_quantity.SLIP


__all__ = ["Slip", "StatementSlip", "all_slips", "all_statement_slips"]
