"""`python -m pantry`."""

import sys

from .cli import main

sys.exit(main())
