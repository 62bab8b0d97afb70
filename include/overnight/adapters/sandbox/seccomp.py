"""A seccomp filter for what namespaces leave open: keyrings, vsock, terminals, kernel doors."""

from __future__ import annotations

import errno
import platform
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24
_VSOCK = 40
_TERMINAL_INPUT = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX, both of which type into a terminal."""


@dataclass(frozen=True, slots=True)
class _Machine:
    """The numbers of one processor architecture.

    :param foreign_from: system calls from here on belong to another ABI of the same architecture.
    """

    audit: int
    socket: int
    ioctl: int
    refused: Sequence[int]
    foreign_from: int | None = None


_EVERYWHERE = (425, 426, 427, 428, 429, 430, 431, 432, 433, 442)
"""io_uring_*, and the mount calls that came later."""

_MACHINES: Mapping[str, _Machine] = {
    "x86_64": _Machine(
        audit=0xC000003E,
        socket=41,
        ioctl=16,
        # keyctl add_key request_key, bpf perf_event_open userfaultfd, kexec_*, *_module,
        # open_by_handle_at, mount umount2 pivot_root setns, swapon swapoff reboot acct
        refused=(
            *(250, 248, 249, 321, 298, 323, 246, 320, 175, 313, 176),
            *(304, 165, 166, 155, 308, 167, 168, 169, 163),
            *_EVERYWHERE,
        ),
        foreign_from=0x40000000,
    ),
    "aarch64": _Machine(
        audit=0xC00000B7,
        socket=198,
        ioctl=29,
        refused=(
            *(219, 217, 218, 280, 241, 282, 104, 294, 105, 273, 106),
            *(265, 40, 39, 41, 268, 224, 225, 142, 89),
            *_EVERYWHERE,
        ),
    ),
}


def seccomp_filter(machine: str = "") -> bytes:
    """Return the program for bwrap's --seccomp; b"" on an architecture whose numbers are not known.

    What is refused fails with EPERM, so that programs fall back as they do in containers; sockets to the
    hypervisor (vsock knows no network namespaces) fail as an unknown family.
    """
    known = _MACHINES.get(machine or platform.machine())
    return b"".join(_program(known)) if known else b""


def _program(machine: _Machine) -> list[bytes]:
    lines = [_line(_LOAD, _ARCHITECTURE), *_unless(machine.audit, errno.ENOSYS), _line(_LOAD, _NUMBER)]
    if machine.foreign_from is not None:
        lines += [_line(_AT_LEAST, machine.foreign_from, 0, 1), _refuse(errno.ENOSYS)]
    for number in machine.refused:
        lines += _when(number, errno.EPERM)
    lines += [_line(_EQUAL, machine.socket, 0, 4), _line(_LOAD, _FIRST_ARGUMENT)]
    lines += [*_when(_VSOCK, errno.EAFNOSUPPORT), _line(_RETURN, _ALLOW)]
    lines += [_line(_EQUAL, machine.ioctl, 0, 5), _line(_LOAD, _SECOND_ARGUMENT)]
    lines += [part for request in _TERMINAL_INPUT for part in _when(request, errno.EPERM)]
    return [*lines, _line(_RETURN, _ALLOW)]


def _when(value: int, code: int) -> list[bytes]:
    return [_line(_EQUAL, value, 0, 1), _refuse(code)]


def _unless(value: int, code: int) -> list[bytes]:
    return [_line(_EQUAL, value, 1, 0), _refuse(code)]


def _refuse(code: int) -> bytes:
    return _line(_RETURN, _ERRNO | code)


def _line(operation: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", operation, if_true, if_false, value)
