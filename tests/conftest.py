"""What holds for every test."""

import os
import signal

# Parallel workers are told a width of their own, which would hold against the one that a test asks for.
os.environ.pop("COLUMNS", None)

# A shell that starts us in the background has Control-C ignored, here and in everything that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
