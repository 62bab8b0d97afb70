"""The one way out of a sandbox: a proxy of ours on a Unix socket that reaches named hosts alone."""

from .hosts import AllowedHosts
from .opening import Opening, opened
from .policy import Decision, Policy, Wish
from .proxy import EgressProxy, ProxyLimits

__all__ = ["AllowedHosts", "Decision", "EgressProxy", "Opening", "Policy", "ProxyLimits", "Wish", "opened"]
