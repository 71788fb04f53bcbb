# SPDX-License-Identifier: Apache-2.0
"""One virtual board between processes: a pyOCD server has it, others program and read it."""

from __future__ import annotations

import random
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PYOCD = [sys.executable, "-m", "pyocd"]
STARTED = re.compile(r"Serving debug probe .* on port (\d+)")
DEADLINE_S = 60
UNDER_RESET = ["-O", "connect_mode=under-reset", "-O", "reset_type=hw"]
FLASH = 0x0800_0000


@pytest.fixture
def remote() -> Iterator[str]:
    """Id of the probe that a server in another process has."""
    with socket.create_server(("localhost", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [*PYOCD, "server", "-u", "virtual:l475", "-p", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    started = threading.Event()
    said: list[str] = []

    def read() -> None:
        assert server.stdout is not None
        for line in server.stdout:
            said.append(line)
            if STARTED.search(line):
                started.set()

    threading.Thread(target=read, daemon=True).start()
    try:
        assert started.wait(DEADLINE_S), "".join(said)
        yield f"remote:localhost:{port}"
    finally:
        server.terminate()
        server.wait(DEADLINE_S)


def run(*arguments: str) -> str:
    done = subprocess.run(
        [*PYOCD, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_another_process_programs_the_board_of_a_server(remote: str, tmp_path: Path) -> None:
    content = random.Random(1).randbytes(5000)
    image = tmp_path / "image.bin"
    image.write_bytes(content)
    target = ["-u", remote, "-t", "stm32l475xg"]
    run("load", *target, *UNDER_RESET, "-a", f"{FLASH:#x}", str(image))
    back = tmp_path / "back.bin"
    command = f"savemem {FLASH:#x} {len(content)} {back}"
    run("commander", *target, *UNDER_RESET, "-c", "reset halt", "-c", command)
    assert back.read_bytes() == content
