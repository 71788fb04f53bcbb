# SPDX-License-Identifier: Apache-2.0
"""What is plugged in, from made-up probes of pyOCD, serial ports and a made-up /sys."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pyocd.core import exceptions

from hil.probe.attached import (
    Attached,
    AttachedProbe,
    UsbPort,
    blocked_stlinks,
    describe_attached,
    lasting_names,
)

V3 = "004200253156501320323443"


@dataclass
class Link:
    """pyOCD's driver of an ST-LINK, after it was opened."""

    version_str: str | None = None
    hw_version: int = 0
    jtag_version: int = 0
    MIN_JTAG_VERSION_GET_BOARD_IDS: dict[int, int] = field(
        default_factory=lambda: {2: 36, 3: 6, 4: 6}
    )


@dataclass
class Probe:
    unique_id: str
    board_id: str | None = None
    vendor_name: str = "STMicroelectronics"
    product_name: str = "STLINK-V3"
    _link: Link = field(default_factory=Link)


class BrokenProbe(Probe):
    @property
    def board_id(self) -> str | None:
        raise OSError(19, "No such device")

    @board_id.setter
    def board_id(self, value: str | None) -> None:
        pass


class OldProbe(Probe):
    @property
    def board_id(self) -> str | None:
        raise exceptions.ProbeError("STLink 12 is using an unsupported, older firmware version.")

    @board_id.setter
    def board_id(self, value: str | None) -> None:
        pass


def test_a_probe_has_the_port_of_the_same_serial_number_alone() -> None:
    ports = [UsbPort("/dev/ttyACM1", V3), UsbPort("/dev/ttyACM0", V3 + "0"), UsbPort("COM1", None)]
    link = Link("V3J10M3", 3, 10)
    attached = describe_attached([Probe(V3, "0887", _link=link)], ports)
    assert attached.probes == (
        AttachedProbe(
            unique_id=V3,
            vendor="STMicroelectronics",
            product="STLINK-V3",
            board_id="0887",
            firmware="V3J10M3",
            ports=("/dev/ttyACM1",),
        ),
    )


def test_ids_are_compared_whole() -> None:
    attached = describe_attached([Probe(f"{V3}FF"), Probe(f"FF{V3}")], [])
    assert attached.find(V3) is None
    assert attached.find(V3[:8]) is None
    assert attached.find(f"{V3}FF") is not None


def test_virtual_probes_stand_apart() -> None:
    attached = describe_attached([Probe("virtual:u585-2"), Probe(V3), Probe("virtual:h743")], [])
    assert [probe.unique_id for probe in attached.probes] == [V3]
    assert [probe.virtual_board for probe in attached.virtual] == ["h743", "u585"]
    assert Attached().probes == ()


def test_firmware_that_pyocd_refuses_is_named_with_the_upgrade() -> None:
    (probe,) = describe_attached([OldProbe("12")], []).probes
    assert probe.board_id is None
    assert "older firmware version" in probe.complaint
    assert "STM32CubeProgrammer" in probe.complaint
    assert "STSW-LINK007" in probe.complaint


@pytest.mark.parametrize(
    ("link", "says"),
    [
        (Link("V2J35M26", 2, 35), "V2J36 and later do"),
        (Link("V3J5M2", 3, 5), "V3J6 and later do"),
        (Link("V2J36M26", 2, 36), ""),
    ],
)
def test_firmware_too_old_to_tell_its_board_is_named(link: Link, says: str) -> None:
    (probe,) = describe_attached([Probe("12", _link=link)], []).probes
    assert (says in probe.complaint) if says else not probe.complaint
    assert ("STSW-LINK007" in probe.complaint) == bool(says)


def test_a_probe_that_another_program_holds_is_listed_with_why() -> None:
    (probe,) = describe_attached([Probe("12", _link=Link(None))], []).probes
    assert "could not be opened" in probe.complaint
    assert "remedy: end any other program that uses it" in probe.complaint


def test_one_probe_that_fails_does_not_hide_the_others() -> None:
    broken, good = describe_attached([BrokenProbe("11"), Probe("12", "0887")], []).probes
    assert "No such device" in broken.complaint
    assert good.board_id == "0887"


def test_a_probe_in_use_is_listed_but_not_opened() -> None:
    probe = OldProbe(V3)  # asking it raises
    (listed,) = describe_attached([probe], [], asking=lambda name: nullcontext(name != V3)).probes
    assert listed == AttachedProbe(V3, "STMicroelectronics", "STLINK-V3")


def make_usb_device(sysfs: Path, name: str, **values: str) -> None:
    folder = sysfs / name
    folder.mkdir(parents=True)
    for key, value in values.items():
        (folder / key).write_text(f"{value}\n")


STLINK = {"idVendor": "0483", "idProduct": "374e", "busnum": "1", "devnum": "12", "serial": V3}


def test_an_stlink_that_one_may_not_open_is_named_with_the_udev_rule(tmp_path: Path) -> None:
    sysfs, nodes = tmp_path / "sys", tmp_path / "dev"
    make_usb_device(sysfs, "1-2", **STLINK)
    make_usb_device(sysfs, "1-3", **{**STLINK, "idVendor": "1d6b"})
    make_usb_device(sysfs, "1-4", **{**STLINK, "idProduct": "5740"})  # ST's own serial port
    make_usb_device(sysfs, "1-2:1.0", bInterfaceNumber="00")
    node = nodes / "001" / "012"
    (missing,) = blocked_stlinks(sysfs, nodes)
    assert f"{V3} is plugged in, but {node} is not there" in missing
    node.parent.mkdir(parents=True)
    node.touch()
    (denied,) = blocked_stlinks(sysfs, nodes, lambda path: path != node)
    assert "you may not open" in denied
    assert "udevadm" in denied
    assert list(blocked_stlinks(sysfs, nodes, lambda path: True)) == []
    assert list(blocked_stlinks(tmp_path / "none", nodes)) == []


def test_ports_go_by_their_lasting_names(tmp_path: Path) -> None:
    device = tmp_path / "ttyACM3"
    device.touch()
    by_id = tmp_path / "by-id"
    assert lasting_names(by_id) == {}
    by_id.mkdir()
    (by_id / "usb-ST-if02").symlink_to(device)
    assert lasting_names(by_id) == {str(device): str(by_id / "usb-ST-if02")}
