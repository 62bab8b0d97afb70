"""The builder's own tool beside the sandbox's four: an exact, single replacement."""

from __future__ import annotations

import asyncio

from airflow.providers.common.ai.sandbox.base import SandboxFileTooLargeError
from pydantic_ai.exceptions import ModelRetry
from pydantic_ai.toolsets import FunctionToolset

from ..sandbox.backend import TreeBackend

_LARGEST = 2 * 1024 * 1024


def editing_tools(backend: TreeBackend) -> FunctionToolset[None]:
    """Return the toolset with `edit_file` on one tree."""

    async def edit_file(path: str, old: str, new: str) -> str:
        """Replace one exact piece of a text file.

        Args:
            path: File to change, relative to the working directory.
            old: The exact text to replace, with enough lines around it to occur only once.
            new: The text to put in its place.
        """
        return await asyncio.to_thread(replace_once, backend, path, old, new)

    return FunctionToolset([edit_file], max_retries=2)


def replace_once(backend: TreeBackend, path: str, old: str, new: str) -> str:
    """Replace the only occurrence of `old`; ModelRetry says why it could not be done."""
    if not old:
        raise ModelRetry("`old` is empty: use write_file to create a file")
    if old == new:
        raise ModelRetry("`old` and `new` are the same text: nothing would change")
    text = _read(backend, path)
    found = text.count(old)
    if found == 0:
        raise ModelRetry(f"`old` was not found in {path}: read the file again and copy the text exactly")
    if found > 1:
        raise ModelRetry(f"`old` was found {found} times in {path}: include more lines to make it unique")
    backend.write_file("", path, text.replace(old, new, 1).encode())
    line = text[: text.index(old)].count("\n") + 1
    return f"Replaced 1 occurrence in {path}, at line {line}."


def _read(backend: TreeBackend, path: str) -> str:
    try:
        return backend.read_file("", path, max_bytes=_LARGEST).decode()
    except UnicodeDecodeError as error:
        raise ModelRetry(f"{path} is not UTF-8 text: it cannot be edited this way") from error
    except SandboxFileTooLargeError as error:
        raise ModelRetry(f"{path} is larger than {_LARGEST} bytes: edit it with a command") from error
