"""Statements in floating point: worlds with continuous variables, shared by quadrature and Monte
Carlo.

An expression is evaluated on arrays. Every variable that is bound adds one axis *in front*, so
that what does not
depend on it broadcasts without being copied; the axis is then summed with the weights of its grid.
In Monte Carlo
the samples are the last axis, and whatever is still bound inside is summed on grids in front of it.
"""
