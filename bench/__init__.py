"""Measurements of what Overnight promises about speed, one file per question: `make bench`."""
