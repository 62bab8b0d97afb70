"""The web surface: an HTTP API and pages, as applications that know no Airflow."""

from .app import API_PREFIX, PAGES_PREFIX, create_api, create_pages
from .guarding import Guard, Person, Right
from .house import Conductor, House, Run, dag_id_of

__all__ = [
    "API_PREFIX",
    "PAGES_PREFIX",
    "Conductor",
    "Guard",
    "House",
    "Person",
    "Right",
    "Run",
    "create_api",
    "create_pages",
    "dag_id_of",
]
