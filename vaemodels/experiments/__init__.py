"""Experiments behind the written answers: one question per file.

Each claim of an answer is stated as a region in which a measured quantity must lie, before it is
measured; what came out is an interval, and the verdict follows from the two. A claim that an
experiment does not support is rewritten, not the experiment.
"""
