"""The rules of gate qic, one file each."""
