"""`python -m include.overnight.cli`."""

from .app import main

main()
