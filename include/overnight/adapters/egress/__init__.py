"""The one way out of a sandbox: a proxy of ours on a Unix socket that reaches allowed hosts alone."""

from .doors import Door, opened_door
from .hosts import AllowedHosts, PublicHosts
from .opening import Opening, opened
from .policy import Decision, Policy, Wish
from .proxy import EgressProxy, ProxyLimits
from .serving import Inbound, Outbound, Service

__all__ = [
    "AllowedHosts",
    "Decision",
    "Door",
    "EgressProxy",
    "Inbound",
    "Opening",
    "Outbound",
    "Policy",
    "ProxyLimits",
    "PublicHosts",
    "Service",
    "Wish",
    "opened",
    "opened_door",
]
