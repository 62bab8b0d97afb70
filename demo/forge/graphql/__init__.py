"""The GraphQL half of the forge."""
