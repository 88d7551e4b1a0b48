"""Text and statements: the writer sets expressions as TeX, the reader reads what people hand in."""
