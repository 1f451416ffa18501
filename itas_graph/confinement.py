"""A process -> one that takes no more memory than it may, is silent and opens no connection."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import platform
import signal
import struct
import sys
from pathlib import Path

# What prctl(2) is asked for.
_SET_PDEATHSIG, _SET_SECCOMP, _SET_NO_NEW_PRIVS = 1, 22, 38
_SECCOMP_MODE_FILTER = 2
# What an instruction of a filter does (linux/filter.h): load, compare, return.
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _NOT_PERMITTED = 0x7FFF0000, 0x00050001
# Of each architecture its mark (linux/audit.h) and the numbers of socket, execve, execveat and
# io_uring_setup.
_SYSTEM_CALLS = {
    "x86_64": (0xC000003E, (41, 59, 322, 425)),
    "aarch64": (0xC00000B7, (198, 221, 281, 425)),
}


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def confine(memory: int) -> None:
    """Confine this process for good: `memory` bytes more, no output, no Ctrl-C, no connections.

    Memory and connections are the system's part on Linux alone (setrlimit(2), seccomp(2));
    there the process also ends with the one that began it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.disable()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    if sys.platform != "linux":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A forked process begins with what the program had that asked.
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[5])
    most = memory + pages * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    libc = ctypes.CDLL(None)
    libc.prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    refuse_connections(libc)


def refuse_connections(libc: ctypes.CDLL) -> None:
    """Have the system refuse this process new sockets and other programs."""
    known = _SYSTEM_CALLS.get(platform.machine())
    if known is None:
        return
    architecture, calls = known
    refuse = len(calls) + 5
    code = b"".join(
        struct.pack("HBBI", *instruction)
        for instruction in (
            (_LOAD, 0, 0, 4),  # the architecture of the call
            (_EQUAL, 0, refuse - 2, architecture),
            (_LOAD, 0, 0, 0),  # its number
            (_AT_LEAST, refuse - 4, 0, 0x40000000),  # of another numbering
            *((_EQUAL, refuse - 5 - place, 0, call) for place, call in enumerate(calls)),
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, _NOT_PERMITTED),
        )
    )
    program = _Program(len(code) // 8, code)
    libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
