"""A scripted, OpenAI-compatible model on loopback: the demo's model and the end-to-end tests' double."""

from .app import create_app
from .faults import Fault
from .running import RunningModel, running_model

__all__ = ["Fault", "RunningModel", "create_app", "running_model"]
