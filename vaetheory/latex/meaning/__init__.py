"""From what is written to what is meant: trees of signs → expressions of the language, under one
reading of the file.
"""
