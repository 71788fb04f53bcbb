# SPDX-License-Identifier: Apache-2.0
"""Which attachments serve for a board: options, inventory, what is plugged in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.boards.boards_file import load_boards
from generator.errors import InputError, ToolError
from generator.repository import DEFAULT_BOARDS_FILE
from hil.boards.acquire import acquire
from hil.boards.attachment import Attachment
from hil.boards.board import BoardAbsentError
from hil.boards.candidates import choose_attachments
from hil.probe.attached import Attached, AttachedProbe

SPECS = load_boards(DEFAULT_BOARDS_FILE)
U585 = SPECS["u585"]

NUCLEO = AttachedProbe("0036", product="STLINK-V3", board_id="0836", ports=("/dev/acm-h743",))
OURS = AttachedProbe("0042", product="STLINK-V3", board_id="0887", ports=("/dev/acm-u585",))
OTHER = AttachedProbe("00420", product="STLINK-V3", board_id="0887", ports=("/dev/acm-other",))
SILENT = AttachedProbe("0669", product="STM32 STLink", ports=("/dev/acm-silent",))
VIRTUAL = AttachedProbe("virtual:u585")


@dataclass(frozen=True)
class Given:
    boards_file: Path
    board_names: tuple[str, ...] = tuple(SPECS)
    virtual: bool = False
    probe: str | None = None
    port: str | None = None
    inventory: Path | None = None
    labgrid: Path | None = None
    lock_timeout_s: float = 0.0


@pytest.fixture
def given(tmp_path: Path) -> Callable[..., Given]:
    def make(inventory: str | None = None, **options: object) -> Given:
        if inventory is not None:
            (tmp_path / "boards.local.yaml").write_text(inventory)
        return Given(tmp_path / "boards.yaml", **options)  # type: ignore[arg-type]

    return make


def choose(
    options: Given, *probes: AttachedProbe, held: Mapping[str, str] | None = None
) -> list[Attachment]:
    attached = Attached(probes=probes, virtual=(VIRTUAL,))
    return choose_attachments(options, U585, lambda: attached, (held or {}).get)


def refused(options: Given, *probes: AttachedProbe) -> str:
    with pytest.raises(ToolError) as caught:
        choose(options, *probes)
    return str(caught.value)


def test_the_only_probe_on_that_board_is_taken(given: Callable[..., Given]) -> None:
    chosen = choose(given(), NUCLEO, OURS, SILENT)
    assert chosen == [Attachment("u585", "0042", "/dev/acm-u585")]


def test_absent_board_is_refused_with_the_list(given: Callable[..., Given]) -> None:
    with pytest.raises(BoardAbsentError) as caught:
        choose(given(), NUCLEO)
    text = str(caught.value)
    assert "board u585 is not available: no probe says that it sits on board 0887" in text
    assert "0036  STLINK-V3, board 0836, /dev/acm-h743" in text
    assert "virtual:" not in text
    with pytest.raises(BoardAbsentError, match="no debug probe"):
        choose(given())


def test_a_probe_that_does_not_say_its_board_is_offered_but_not_taken(
    given: Callable[..., Given],
) -> None:
    assert "--probe 0669" in refused(given(), NUCLEO, SILENT)
    assert choose(given(probe="0669"), SILENT) == [Attachment("u585", "0669", "/dev/acm-silent")]


def test_a_probe_in_use_is_known_by_its_lock(given: Callable[..., Given]) -> None:
    """Another process has it open, so it does not answer; its owner says which board it is."""
    chosen = choose(given(), NUCLEO, SILENT, held={"0669": "u585"})
    assert [one.probe for one in chosen] == ["0669"]


def test_two_boards_of_a_kind_are_ambiguous_without_an_inventory(
    given: Callable[..., Given],
) -> None:
    text = refused(given(), OURS, OTHER, NUCLEO)
    assert "2 boards u585 are plugged in" in text
    assert "  0042  " in text
    assert "  00420  " in text
    assert "  0036  " not in text
    inventory = "- {board: u585, probe: '0042'}\n- {board: u585, probe: '00420'}\n"
    assert [one.probe for one in choose(given(inventory), OURS, OTHER)] == ["0042", "00420"]


def test_an_id_that_contains_another_is_another(given: Callable[..., Given]) -> None:
    text = refused(given(probe="0042"), OTHER)
    assert "there is no probe 0042 (ids are compared whole)" in text
    assert choose(given(probe="0042"), OTHER, OURS)[0].port == "/dev/acm-u585"
    assert "no probe 0042" in refused(given("- {board: u585, probe: '0042'}\n"), OTHER)


def test_a_probe_on_another_board_is_refused_with_both_names(given: Callable[..., Given]) -> None:
    for options in (given(probe="0036"), given("- {board: u585, probe: '0036'}\n")):
        text = refused(options, NUCLEO)
        assert "probe 0036 sits on board 0836, but u585 (B-U585I-IOT02A) is 0887" in text


def test_what_is_absent_of_an_inventory_is_left_out(given: Callable[..., Given]) -> None:
    inventory = "- {board: u585, probe: '0042'}\n- {board: u585, probe: '7'}\n"
    assert [one.probe for one in choose(given(inventory), OURS)] == ["0042"]
    assert "no probe 0042, no probe 7" in refused(given(inventory), NUCLEO)


def test_a_probe_that_the_inventory_gives_to_another_board_is_not_taken(
    given: Callable[..., Given],
) -> None:
    inventory = "- {board: u575, probe: '00420'}\n"
    assert [one.probe for one in choose(given(inventory), OURS, OTHER)] == ["0042"]
    assert "is u575 in the inventory, not u585" in refused(given(inventory, probe="00420"), OTHER)


def test_a_named_probe_has_what_the_inventory_knows_of_it(given: Callable[..., Given]) -> None:
    inventory = "- {board: u585, probe: '0042', port: 'rfc2217://a:1', power_cycle: off on}\n"
    (chosen,) = choose(given(inventory, probe="0042"), OURS)
    assert chosen == Attachment("u585", "0042", "rfc2217://a:1", "off on")
    (chosen,) = choose(given(inventory, probe="0042", port="/dev/null"), OURS)
    assert chosen.port == "/dev/null"


def test_a_port_leads_to_its_probe(given: Callable[..., Given], tmp_path: Path) -> None:
    device, link = tmp_path / "ttyACM0", tmp_path / "by-id"
    device.touch()
    link.symlink_to(device)
    probe = AttachedProbe("0042", board_id="0887", ports=(str(link),))
    assert choose(given(port=str(device)), probe) == [Attachment("u585", "0042", str(device))]
    wrong = AttachedProbe("0042", board_id="0836", ports=(str(link),))
    assert "sits on board 0836" in refused(given(port=str(device)), wrong)
    assert choose(given(port=str(device))) == [Attachment("u585", None, str(device))]


def test_a_port_that_is_missing_is_refused_without_asking_any_probe(
    given: Callable[..., Given],
) -> None:
    def ask() -> Attached:
        pytest.fail("asked")

    with pytest.raises(BoardAbsentError, match="there is no /dev/ttyNone"):
        choose_attachments(given(port="/dev/ttyNone"), U585, ask)


def test_remote_boards_are_reached_without_asking_any_probe(given: Callable[..., Given]) -> None:
    def ask() -> Attached:
        pytest.fail("asked")

    options = given("- {board: u585, probe: 'remote:rack', port: 'rfc2217://rack:4000'}\n")
    (chosen,) = choose_attachments(options, U585, ask)
    assert chosen == Attachment("u585", "remote:rack:5555", "rfc2217://rack:4000")


def test_a_probe_with_two_ports_needs_one_named(given: Callable[..., Given]) -> None:
    probe = AttachedProbe("0042", board_id="0887", ports=("/dev/a", "/dev/b"))
    assert "2 ports: /dev/a, /dev/b" in refused(given(), probe)
    assert choose(given(probe="0042", port="/dev/null"), probe)[0].port == "/dev/null"


INVENTORY_OF_BOTH = (
    "- {board: u585, probe: '0042'}\n"
    "- {board: u585, probe: 'virtual:u585-1'}\n"
    "- {board: u585, probe: 'virtual:u585-2'}\n"
)


def test_virtual_boards_are_taken_where_they_are_asked_for(given: Callable[..., Given]) -> None:
    assert [one.probe for one in choose(given(INVENTORY_OF_BOTH), OURS)] == ["0042"]
    chosen = choose(given(INVENTORY_OF_BOTH, virtual=True))
    assert [one.port for one in chosen] == ["virtual://u585-1", "virtual://u585-2"]
    only_virtual = "- {board: u585, probe: 'virtual:u585-1'}\n"
    assert [one.virtual for one in choose(given(only_virtual))] == [True]
    named = choose(given(virtual=True, probe="virtual:u585-7"))
    assert named == [Attachment("u585", "virtual:u585-7", "virtual://u585-7")]


def test_a_virtual_board_without_inventory_is_of_the_process_alone(
    given: Callable[..., Given], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MEL2METAL_LOCK_DIR", str(tmp_path / "locks"))
    options = given(virtual=True)
    with acquire(options, U585) as one, acquire(options, U585) as other:
        assert one.probe is not None
        assert one.probe.startswith("virtual:u585-")
        assert one.port == f"virtual://{one.probe.removeprefix('virtual:')}"
        assert one.probe != other.probe
    assert not (tmp_path / "locks").exists()


def test_boards_of_an_inventory_are_locked_each(
    given: Callable[..., Given], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MEL2METAL_LOCK_DIR", str(tmp_path / "locks"))
    options = given(INVENTORY_OF_BOTH, virtual=True)
    with acquire(options, U585) as one, acquire(options, U585) as other:
        assert {one.port, other.port} == {"virtual://u585-1", "virtual://u585-2"}
        with (
            pytest.raises(ToolError, match="this process uses virtual:u585-1, virtual:u585-2"),
            acquire(options, U585),
        ):
            pytest.fail("a third one")
        with acquire(options, U585, beside=True) as third:
            assert third.port not in {one.port, other.port}


@pytest.mark.parametrize(
    "named",
    [
        {"virtual": True, "probe": "virtual:u575"},
        {"virtual": True, "probe": "virtual:u58"},
        {"probe": ""},
        {"port": ""},
        {"probe": "remote:rack:x", "port": "socket://a:1"},
    ],
)
def test_what_cannot_be_a_place_is_refused_before_anything_is_asked(
    given: Callable[..., Given], named: dict[str, object]
) -> None:
    def attached() -> Attached:
        raise AssertionError("asked")

    with pytest.raises(InputError, match=r"--probe: |--port: "):
        choose_attachments(given(**named), U585, attached)
