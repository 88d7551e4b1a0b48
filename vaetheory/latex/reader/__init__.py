"""From a file that somebody hands in to chains of relations, each side a tree of what was written.

``documents`` finds the displays, ``tokens`` and ``macros`` cut them up, ``layout`` finds the
relations, ``grammar`` reads each side. What the trees *mean* is said in
``vaetheory.latex.meaning``. Nothing is ever evaluated, and every step is bounded: the reader
answers on any input.
"""
