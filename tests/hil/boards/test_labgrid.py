# SPDX-License-Identifier: Apache-2.0
"""labgrid for real, on this machine: coordinator, exporter and a served virtual board.

`make labgrid` installs what it takes.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.errors import ToolError
from generator.repository import REPO_ROOT
from hil.boards.labgrid_client import find_client
from hil.boards.labgrid_place import acquire_place
from hil.boards.locks import FOLDER_VARIABLE
from tests.hil.served_board import running, served_board
from tests.support.pytest_run import run_pytest

pytestmark = pytest.mark.slow

DEADLINE_S = 60.0
NO_COORDINATOR = "Could not connect to coordinator"


def commands() -> Path:
    try:
        return Path(find_client()).resolve().parent
    except ToolError as error:
        pytest.skip(str(error))


def free_port() -> int:
    with socket.create_server(("localhost", 0)) as free:
        return int(free.getsockname()[1])


@dataclass(frozen=True)
class Lab:
    client: list[str]
    environment: Path

    def ask(self, *words: str, user: str = "tester") -> str:
        done = subprocess.run(
            [*self.client, *words],
            env={**os.environ, "LG_USERNAME": user},
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
        return done.stdout + done.stderr

    def await_answer(self, wanted: str, *words: str, absent: bool = False) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while (wanted in (said := self.ask(*words))) == absent:
            assert time.monotonic() < deadline, said


@pytest.fixture
def lab(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Lab]:
    """A place `desk`; `request.param` are the TCP ports of probe and serial port, or nothing."""
    bin_dir = commands()
    monkeypatch.setenv("LG_USERNAME", "tester")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "locks"))
    address = f"127.0.0.1:{free_port()}"
    probe, port = getattr(request, "param", None) or request.getfixturevalue("board_ports")
    (tmp_path / "exporter.yaml").write_text(
        "u585:\n"
        f"  NetworkSerialPort: {{host: localhost, port: {port}, protocol: rfc2217}}\n"
        "  probe:\n"
        f"    {{cls: NetworkService, address: localhost, port: {probe}, username: pyocd}}\n"
    )
    environment = tmp_path / "env.yaml"
    environment.write_text(
        "targets: {u585: {resources: {RemotePlace: {name: desk}}}}\n"
        f"options: {{coordinator_address: '{address}'}}\n"
    )
    made = Lab([str(bin_dir / "labgrid-client"), "-x", address, "-p", "desk"], environment)
    exporter = [
        str(bin_dir / "labgrid-exporter"),
        *("-c", address, "-n", "rack", str(tmp_path / "exporter.yaml")),
    ]
    coordinator = [str(bin_dir / "labgrid-coordinator"), "-l", address]
    # It keeps its places in the folder that it is started in.
    with (
        (tmp_path / "log").open("w") as log,
        running(coordinator, stderr=log, cwd=tmp_path),
        ExitStack() as serving,
    ):
        # An exporter that finds no coordinator gives up.
        made.await_answer(NO_COORDINATOR, "places", absent=True)
        serving.enter_context(running(exporter, stderr=log, cwd=tmp_path))
        made.await_answer("rack/u585/NetworkSerialPort", "resources")
        made.ask("create")
        made.ask("add-match", "rack/u585/*/*")
        yield made


@pytest.fixture
def board_ports() -> Iterator[tuple[int, int]]:
    with served_board("u585") as ports:
        yield ports


def test_the_suite_passes_on_a_board_of_a_place(lab: Lab, tmp_path: Path) -> None:
    if shutil.which("arm-none-eabi-gcc") is None and not (REPO_ROOT / ".tools").exists():
        pytest.skip("there is no cross compiler: make tools")
    done = run_pytest(
        *("hil/", "--board", "u585", "--lg-env", str(lab.environment), "--clips", "1"),
        *("--build-dir", str(tmp_path / "build")),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "divergences: 0" in done.stdout
    assert "u585 (virtual board)" in done.stdout  # it owns up to what it is
    assert "acquired: None" in lab.ask("show")


PLACEHOLDERS = [(5555, 4000)]
"""Where nothing need listen."""


@pytest.mark.parametrize("lab", PLACEHOLDERS, indirect=True)
def test_a_place_of_somebody_else_is_waited_for(lab: Lab) -> None:
    lab.ask("acquire", user="ann")
    said: list[str] = []

    def tell(line: str) -> None:
        said.append(line)
        lab.ask("release", user="ann")

    with acquire_place(lab.environment, "u585", DEADLINE_S, tell) as attachment:
        assert attachment.probe == "remote:localhost:5555"
        assert attachment.port == "rfc2217://localhost:4000"
        assert "/tester" in lab.ask("show")
    assert f"held by {socket.gethostname()}/ann (labgrid); waiting" in said[0]
    assert "acquired: None" in lab.ask("show")


@pytest.mark.parametrize("lab", PLACEHOLDERS, indirect=True)
def test_labgrids_own_words_are_understood(lab: Lab) -> None:
    lab.ask("acquire", user="ann")
    with (
        pytest.raises(ToolError, match=r"/ann has it"),
        acquire_place(lab.environment, "u585", 0),
    ):
        pass
    lab.ask("release", user="ann")
    lab.ask("acquire")
    said: list[str] = []
    with acquire_place(lab.environment, "u585", 0, said.append):
        pass
    assert "is yours, and stays acquired" in said[0]
    assert "/tester" in lab.ask("show")
    lab.ask("release")
    lab.ask("add-match", "rack/none/*/*")
    with (
        pytest.raises(ToolError, match="is its labgrid-exporter running"),
        acquire_place(lab.environment, "u585", 0),
    ):
        pass
    lab.ask("delete")
    with (
        pytest.raises(ToolError, match="create` makes it"),
        acquire_place(lab.environment, "u585", 0),
    ):
        pass
    far = lab.environment.read_text().replace("127.0.0.1", "127.0.0.2")
    lab.environment.write_text(far)
    with (
        pytest.raises(ToolError, match="is labgrid-coordinator running there"),
        acquire_place(lab.environment, "u585", 0),
    ):
        pass
