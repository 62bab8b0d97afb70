"""Gate cdw's means: the public API of two commits, docstrings, links."""
