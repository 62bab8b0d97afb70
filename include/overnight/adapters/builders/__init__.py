"""Builders: what turns an issue into changed files."""

from .agent import AgentBuilder

__all__ = ["AgentBuilder"]
