# SPDX-License-Identifier: Apache-2.0
"""A board behind labgrid, with a labgrid-client of this test's own in its place."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.errors import InputError, ToolError
from hil.boards import labgrid_client
from hil.boards.attachment import Attachment
from hil.boards.board import BoardAbsentError
from hil.boards.labgrid_client import find_client, read_environment
from hil.boards.labgrid_place import Resource, acquire_place, attachment_of
from hil.boards.locks import FOLDER_VARIABLE

PORT = Resource("NetworkSerialPort", "NetworkSerialPort", {"host": "rack", "port": 4000})
SERVER = Resource("NetworkService", "probe", {"address": "rack", "port": 5555})
SHELL = Resource("NetworkService", "ssh", {"address": "rack", "port": 22})
POWER = Resource("NetworkPowerPort", "power", {"model": "apc", "host": "pdu", "index": 1})

PLACE = "targets: {u585: {resources: {RemotePlace: {name: desk}}}}\n"
ENV = """targets:
  desk:
    resources:
    - NetworkSerialPort: {host: rack, port: 4000, protocol: rfc2217}
    - NetworkService: {name: probe, address: rack, port: 5555, username: pyocd}
"""


def test_a_place_gives_probe_port_and_power() -> None:
    client = ("labgrid-client", "-p", "desk")
    found = attachment_of("u585", "desk", [SHELL, PORT, SERVER, POWER], client)
    power = "labgrid-client -p desk power cycle"
    assert found == Attachment("u585", "remote:rack:5555", "rfc2217://rack:4000", power)
    assert attachment_of("u585", "desk", [PORT, SHELL]).probe is None


def test_a_debugger_of_this_machine_is_known_by_its_serial_number(tmp_path: Path) -> None:
    debugger = Resource("NetworkUSBDebugger", "st", {"host": "here", "path": "1-1.2"})
    (tmp_path / "1-1.2").mkdir()
    (tmp_path / "1-1.2" / "serial").write_text("0042\n")
    found = attachment_of("u585", "desk", [PORT, debugger], host="here", sysfs=tmp_path)
    assert found.probe == "0042"
    with pytest.raises(BoardAbsentError, match="plugged in at here: run `pyocd server` there"):
        attachment_of("u585", "desk", [PORT, debugger], host="elsewhere", sysfs=tmp_path)


@pytest.mark.parametrize(
    ("resources", "complaint"),
    [
        ([SERVER], "the board's COM port: one is needed, there is none"),
        ([PORT, PORT], "one is needed, 2 are there"),
        ([Resource("NetworkSerialPort", "a", {"host": None, "port": None})], "is it plugged in?"),
        ([Resource("NetworkSerialPort", "a", {**PORT.fields, "protocol": "raw"})], "as rfc2217"),
        ([PORT, Resource("NetworkService", "probe", {"address": "a"})], "address and port"),
    ],
)
def test_what_a_place_lacks_is_said(resources: list[Resource], complaint: str) -> None:
    with pytest.raises(BoardAbsentError, match=r"docs/lab\.md") as caught:
        attachment_of("u585", "desk", resources)
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (PLACE, ("desk", None)),
        ("targets: {main: {resources: [{RemotePlace: {name: d}}]}}", ("d", None)),
        ("targets: {main: {resources: [{cls: RemotePlace, name: d}]}}", ("d", None)),
        (PLACE + "options: {coordinator_address: 'lab:1'}", ("desk", "lab:1")),
        ("targets: {main: {resources: {RemotePlace: {name: !template '$LG_P'}}}}", ("p", None)),
    ],
)
def test_places_of_environment_files(
    text: str, place: tuple[str, str | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LG_P", "p")
    (tmp_path / "env.yaml").write_text(text)
    assert read_environment(tmp_path / "env.yaml", "u585") == place


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: [", "--lg-env env.yaml"),
        ("a: 1", "has no targets"),
        ("targets: {u585: {drivers: {}}}", "target u585 names 0 places"),
    ],
)
def test_faulty_environment_files(text: str, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "env.yaml").write_text(text)
    with pytest.raises(InputError) as caught:
        read_environment(tmp_path / "env.yaml", "u585")
    assert complaint in str(caught.value)


def test_a_board_that_no_target_is_named_after_is_absent(tmp_path: Path) -> None:
    # Not a fault of the file: `--board all` skips it.
    (tmp_path / "env.yaml").write_text("targets: {h743: {}}")
    with pytest.raises(BoardAbsentError, match="has no target u585, but h743"):
        read_environment(tmp_path / "env.yaml", "u585")


Client = Callable[[str], Path]


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Makes a labgrid-client of a shell script's cases; returns the list of what it was asked."""

    def make(cases: str) -> Path:
        program, asked = tmp_path / "bin" / "labgrid-client", tmp_path / "asked"
        program.parent.mkdir()
        (tmp_path / "resources").write_text(ENV)
        program.write_text(
            f'#!/bin/sh\necho "$*" >> {asked}\ncase "$*" in\n{cases}\n'
            f"*env) cat {tmp_path}/resources;;\nesac\n"
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
        monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "locks"))
        (tmp_path / "env.yaml").write_text(PLACE)
        return asked

    return make


def test_the_place_is_acquired_and_released(client: Client, tmp_path: Path) -> None:
    asked = client("")
    with acquire_place(tmp_path / "env.yaml", "u585", 0) as attachment:
        assert attachment == Attachment("u585", "remote:rack:5555", "rfc2217://rack:4000")
    assert asked.read_text().splitlines() == [f"-p desk {w}" for w in ("acquire", "env", "release")]


def test_a_place_acquired_by_hand_stays_acquired(client: Client, tmp_path: Path) -> None:
    mine = "You have already acquired place desk."
    asked = client(f"*acquire) echo 'labgrid-client: Error: {mine}' >&2; exit 1;;")
    said: list[str] = []
    with acquire_place(tmp_path / "env.yaml", "u585", 0, said.append):
        pass
    assert "release" not in asked.read_text()
    assert "place desk is yours, and stays acquired" in said[0]


TAKEN = (
    "Place desk is already acquired by vm/ann. To work simultaneously, ann can execute "
    "labgrid-client -p desk allow vm/bob on vm."
)
FAR = "You have already acquired place desk on lap. To work simultaneously, execute x on lap."


@pytest.mark.parametrize(
    ("said", "kind", "complaint"),
    [
        (TAKEN, ToolError, "vm/ann has it"),
        (FAR, ToolError, "you, on lap, has it"),
        ("place pattern desk matches nothing", BoardAbsentError, "desk create` makes it"),
        ("Could not connect to coordinator", BoardAbsentError, "is labgrid-coordinator running"),
        ("Match a/b has no matching remote resource", BoardAbsentError, "labgrid-exporter running"),
        ("something else", BoardAbsentError, "something else"),
    ],
)
def test_why_a_place_cannot_be_had(
    said: str, kind: type[ToolError], complaint: str, client: Client, tmp_path: Path
) -> None:
    asked = client(f"*acquire) echo 'labgrid-client: Error: {said}' >&2; exit 1;;")
    lines: list[str] = []
    with (
        pytest.raises(kind) as caught,
        acquire_place(tmp_path / "env.yaml", "u585", 0, lines.append),
    ):
        pass
    assert complaint in str(caught.value)
    assert "release" not in asked.read_text()


def test_without_labgrid_the_way_to_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(labgrid_client, "OWN_ENVIRONMENT", tmp_path)
    with pytest.raises(ToolError, match="install labgrid: make labgrid"):
        find_client()
