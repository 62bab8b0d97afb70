"""What gates test and lint look for in a change: tests that check less, and what silences a check."""
