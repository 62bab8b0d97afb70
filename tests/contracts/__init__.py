"""What others publish about themselves, held against our doubles of them and our adapters to them."""
