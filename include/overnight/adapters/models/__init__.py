"""Language models: where they are, what they cost, and how they fail."""

from .endpoints import ModelEndpoint, endpoint_is_up
from .failures import classify_error
from .prices import price, upper_bound

__all__ = ["ModelEndpoint", "classify_error", "endpoint_is_up", "price", "upper_bound"]
