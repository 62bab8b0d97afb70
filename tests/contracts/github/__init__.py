"""GitHub's published descriptions as checks: `validate_rest`, `validate_rest_request`, `validate_graphql`."""

from .published import ContractBroken
from .queries import published_schema, validate_graphql
from .rest import validate_rest, validate_rest_request

__all__ = ["ContractBroken", "published_schema", "validate_graphql", "validate_rest", "validate_rest_request"]
