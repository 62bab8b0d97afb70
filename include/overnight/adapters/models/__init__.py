"""Language models: where they are, what they cost, and how they fail.

Nothing here imports a model's client library: planning and prices must not wait for it.
"""

from .endpoints import ModelEndpoint, endpoint_is_up
from .prices import price, upper_bound

__all__ = ["ModelEndpoint", "endpoint_is_up", "price", "upper_bound"]
