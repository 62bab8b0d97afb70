"""What holds for every test."""

import os

# Parallel workers are told a width of their own, which would hold against the one that a test asks for.
os.environ.pop("COLUMNS", None)
