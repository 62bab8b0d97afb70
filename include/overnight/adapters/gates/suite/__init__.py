"""Gate test's means: run a suite, read what it says of each test, compare two runs."""
