# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.training.killed_in_write N ARGUMENTS`: kill a training in its N-th write.

SIGKILL is sent after the temporary file is written and before it is renamed: the worst moment.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from training.__main__ import main


def kill_in_write(number: int) -> None:
    """Let this process die in the middle of its `number`-th write."""
    real, left = os.fsync, [number]

    def fsync(fd: Any) -> None:
        real(fd)
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    os.fsync = fsync


if __name__ == "__main__":
    kill_in_write(int(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
