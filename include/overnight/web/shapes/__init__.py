"""The documents that the HTTP API speaks."""
