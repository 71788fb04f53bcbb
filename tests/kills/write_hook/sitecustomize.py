# SPDX-License-Identifier: Apache-2.0
"""Python imports this by itself at its start: it counts what changes on the disk, and may strike.

Every Python of a run that is to be killed has this folder on PYTHONPATH. Each change below
KILLS_ROOT that is about to be made adds a byte to the file KILLS_COUNTER, whichever process makes
it. At the change of number KILLS_AT the whole process group is killed: at once, so before the
change, or KILLS_DELAY seconds later, while it is made.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.symlink"}
ROOT = os.environ.get("KILLS_ROOT", "")
COUNTER = os.environ.get("KILLS_COUNTER", "")
AT = int(os.environ.get("KILLS_AT", "0"))
DELAY_S = float(os.environ.get("KILLS_DELAY", "0"))
_is_counting = threading.local()


def _path_of(event: str, arguments: tuple[object, ...]) -> str:
    """The path that is about to be changed; empty where nothing is."""
    if event == "open":
        flags = arguments[2]
        if not isinstance(flags, int) or not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return ""
    elif event not in CHANGES:
        return ""
    path = arguments[0]
    return os.path.abspath(os.fsdecode(path)) if isinstance(path, (str, bytes)) else ""


def _strike() -> None:
    time.sleep(DELAY_S)
    os.killpg(os.getsid(0), signal.SIGKILL)


def _count(event: str, arguments: tuple[object, ...]) -> None:
    if getattr(_is_counting, "now", False):
        return
    path = _path_of(event, arguments)
    if not path.startswith(ROOT) or "__pycache__" in path:
        return
    _is_counting.now = True
    try:
        handle = os.open(COUNTER, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, b".")
        is_reached = AT and os.fstat(handle).st_size == AT
        os.close(handle)
        if is_reached and DELAY_S:
            threading.Thread(target=_strike, daemon=True).start()
        elif is_reached:
            _strike()
    finally:
        _is_counting.now = False


if ROOT and COUNTER:
    sys.addaudithook(_count)
