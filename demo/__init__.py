"""A night to look at: a forge, a model and a sample repository, all on loopback."""
