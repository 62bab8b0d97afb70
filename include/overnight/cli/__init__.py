"""The command line `overnight`: one command per file."""
