"""API and pages on a free port of loopback, as Airflow's API server would mount them."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from include.overnight.web import API_PREFIX, PAGES_PREFIX, House, create_api, create_pages


@contextmanager
def serving(house: House) -> Iterator[str]:
    """Serve a house until the block ends; yields the address of the pages."""
    app = FastAPI()
    app.mount(API_PREFIX, create_api(house))
    app.mount(PAGES_PREFIX, create_pages(house))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [free]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.02)
            yield f"http://127.0.0.1:{free.getsockname()[1]}{PAGES_PREFIX}"
        finally:
            server.should_exit = True
            thread.join()
