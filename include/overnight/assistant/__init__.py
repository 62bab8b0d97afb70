"""What a chat assistant is given: a deployment's HTTP API as tools of the Model Context Protocol."""

from .server import make_server

__all__ = ["make_server"]
