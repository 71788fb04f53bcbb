# SPDX-License-Identifier: Apache-2.0
"""What is plugged in: debug probes as pyOCD sees them, each with its own serial port.

A probe is told by its whole id: pyOCD also takes a part of one, and would so take another probe
whose id contains it. An ST-LINK and its COM port are one USB device, so they share a serial number.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import ToolError
from generator.extras import HIL, how_to_install

VIRTUAL = "virtual:"
"""How the ids of virtual probes begin."""

REMOTE = "remote:"
"""How the ids of probes behind a pyOCD server begin. No list has them: they are reached by name."""

STLINK_USB_VID = 0x0483
STLINK_USB_PIDS = frozenset(
    {0x3748, 0x374A, 0x374B, 0x374E, 0x374F, 0x3752, 0x3753, 0x3754, 0x3755, 0x3757}
)
"""USB identities of the ST-LINK/V2, V2-1 and V3 (pyOCD: `probe/stlink/usb.py`)."""

STLINK_UPGRADE = (
    "upgrade the ST-LINK's own firmware: STM32CubeProgrammer, button 'Firmware upgrade', "
    "or ST's STSW-LINK007"
)

UDEV_REMEDY = (
    "copy udev/70-mel2metal.rules to /etc/udev/rules.d/, "
    "run `sudo udevadm control --reload && sudo udevadm trigger`, and plug the probe in again"
)

IN_USE_REMEDY = "end any other program that uses it (a debugger, STM32CubeProgrammer)"

SYSFS_USB = Path("/sys/bus/usb/devices")
USB_NODES = Path("/dev/bus/usb")
SERIAL_BY_ID = Path("/dev/serial/by-id")


@dataclass(frozen=True, slots=True)
class AttachedProbe:
    """One probe of this machine."""

    unique_id: str
    vendor: str = ""
    product: str = ""

    board_id: str | None = None
    """ST's number of the board it sits on, such as 0887; None: the probe does not say."""

    firmware: str | None = None
    """The probe's own firmware, such as V3J10M3; None where it is not an ST-LINK or did not say."""

    ports: tuple[str, ...] = ()
    """Serial ports of the same USB device: one on every board that this project knows."""

    complaint: str = ""
    """Why it cannot be used as it is, with the remedy; empty where all is well."""

    @property
    def virtual(self) -> bool:
        """Whether it belongs to a virtual board."""
        return self.unique_id.startswith(VIRTUAL)

    @property
    def virtual_board(self) -> str | None:
        """The board of a virtual probe: u585 for `virtual:u585` and `virtual:u585-2`."""
        if not self.virtual:
            return None
        return self.unique_id.removeprefix(VIRTUAL).partition("-")[0]


@dataclass(frozen=True, slots=True)
class Attached:
    """All that is plugged in."""

    probes: tuple[AttachedProbe, ...] = ()
    """Real ones, by id."""

    virtual: tuple[AttachedProbe, ...] = ()
    """Virtual ones: they are always there, and chosen only where they are asked for."""

    complaints: tuple[str, ...] = ()
    """Why there may be more than is listed, each with its remedy."""

    def find(self, unique_id: str) -> AttachedProbe | None:
        """The probe with exactly this id; None if there is none."""
        every = (*self.probes, *self.virtual)
        return next((probe for probe in every if probe.unique_id == unique_id), None)


@dataclass(frozen=True, slots=True)
class UsbPort:
    """A serial port and the serial number of the USB device that it belongs to."""

    device: str
    serial_number: str | None


Asking = Callable[[str], AbstractContextManager[bool]]
"""From a probe's id to a context in which it may be opened, or, where it gives False, may not."""


def list_attached(asking: Asking = lambda probe: nullcontext(True)) -> Attached:
    """List what is plugged in, asking each ST-LINK for its board and its firmware.

    To be asked a probe is opened for a moment, and whoever uses it then would find it busy: one
    that `asking` gives False for is listed without its board.
    Raises ToolError where pyOCD is not installed.
    """
    require_pyocd()
    from pyocd.core.helpers import ConnectHelper
    from pyocd.probe import common

    found = ConnectHelper.get_all_connected_probes(blocking=False)
    complaints = [*blocked_stlinks(SYSFS_USB, USB_NODES)]
    if common.did_show_no_libusb_warning:
        complaints.append(
            "pyOCD finds no libusb, and without it no ST-LINK\n"
            "    remedy: install libusb 1.0 (Debian, Ubuntu: libusb-1.0-0; macOS: brew's libusb)"
        )
    return describe_attached(found, usb_ports(), complaints, asking)


def require_pyocd() -> None:
    """Raise ToolError where pyOCD, or what it needs, is not installed."""
    try:
        import pyocd.core.helpers  # noqa: F401
    except ImportError as error:
        raise ToolError(
            f"pyOCD, which drives debug probes, cannot be loaded: {error}",
            f"{how_to_install(HIL)}; a board that is flashed already needs no probe: --port",
        ) from error


def describe_attached(
    found: Iterable[Any],
    ports: Iterable[UsbPort],
    complaints: Iterable[str] = (),
    asking: Asking = lambda probe: nullcontext(True),
) -> Attached:
    """pyOCD's probes and the machine's serial ports, brought together by serial number."""
    by_number: dict[str, list[str]] = {}
    for port in ports:
        if port.serial_number:
            by_number.setdefault(port.serial_number, []).append(port.device)
    described = (_describe(probe, by_number, asking) for probe in found)
    probes = sorted(described, key=lambda probe: probe.unique_id)
    return Attached(
        probes=tuple(probe for probe in probes if not probe.virtual),
        virtual=tuple(probe for probe in probes if probe.virtual),
        complaints=tuple(complaints),
    )


def _describe(probe: Any, by_number: dict[str, list[str]], asking: Asking) -> AttachedProbe:
    unique_id = str(probe.unique_id)
    board_id, complaint = None, ""
    if not unique_id.startswith((VIRTUAL, REMOTE)):
        with asking(unique_id) as may_ask:
            if may_ask:
                board_id, complaint = _ask_for_board(probe)
    return AttachedProbe(
        unique_id=unique_id,
        vendor=str(probe.vendor_name or ""),
        product=str(probe.product_name or ""),
        board_id=board_id,
        firmware=_stlink_firmware(probe),
        ports=tuple(sorted(by_number.get(unique_id, ()))),
        complaint=complaint,
    )


def _ask_for_board(probe: Any) -> tuple[str | None, str]:
    """The board's number, and what is wrong with a probe that does not tell it."""
    from pyocd.core import exceptions

    try:
        board_id = getattr(probe, "board_id", None)
    except exceptions.Error as error:
        # pyOCD refuses an ST-LINK older than V2J24 as soon as it is opened.
        what = str(error).strip()
        remedy = STLINK_UPGRADE if "firmware" in what else "plug it in again"
        return None, f"{what}\n    remedy: {remedy}"
    except (OSError, ValueError) as error:
        # One probe that libusb or pyOCD stumbles over must not hide the others.
        return None, f"it could not be asked for its board: {error}\n    remedy: plug it in again"
    if board_id:
        return str(board_id).upper(), ""
    link = getattr(probe, "_link", None)
    if getattr(link, "version_str", "") is None:
        # pyOCD says nothing of an ST-LINK that it could not open.
        what = "it could not be opened, and so not be asked for its board"
        return None, f"{what}\n    remedy: {IN_USE_REMEDY}"
    least = getattr(link, "MIN_JTAG_VERSION_GET_BOARD_IDS", None)
    hardware, version = getattr(link, "hw_version", 0), getattr(link, "jtag_version", 0)
    if least and version and version < least.get(hardware, 0):
        what = (
            f"its firmware {_stlink_firmware(probe)} does not tell which board it sits on; "
            f"V{hardware}J{least[hardware]} and later do"
        )
        return None, f"{what}\n    remedy: {STLINK_UPGRADE}"
    return None, ""


def _stlink_firmware(probe: Any) -> str | None:
    # pyOCD has it as `version_str` of its ST-LINK driver, once the probe was opened.
    version = getattr(getattr(probe, "_link", None), "version_str", None)
    return str(version) if version else None


def usb_ports(by_id: Path = SERIAL_BY_ID) -> list[UsbPort]:
    """The serial ports of USB devices, by their lasting names where the system gives them."""
    from serial.tools import list_ports

    ports = list_ports.comports()
    lasting = lasting_names(by_id)
    return [UsbPort(lasting.get(port.device, port.device), port.serial_number) for port in ports]


def lasting_names(by_id: Path) -> dict[str, str]:
    """Names below `/dev/serial/by-id` by device: those stay when boards are plugged in again."""
    if not by_id.is_dir():
        return {}
    return {os.path.realpath(link): str(link) for link in sorted(by_id.iterdir())}


def blocked_stlinks(
    sysfs: Path, nodes: Path, may_use: Callable[[Path], bool] | None = None
) -> Iterator[str]:
    """ST-LINKs that are plugged in but that this user may not open: Linux alone has such a list."""
    may_use = may_use or (lambda node: os.access(node, os.R_OK | os.W_OK))
    for device in sorted(sysfs.glob("*")) if sysfs.is_dir() else ():
        vid, pid = _read(device / "idVendor"), _read(device / "idProduct")
        if not vid or not pid or int(vid, 16) != STLINK_USB_VID:
            continue
        bus, number = _read(device / "busnum"), _read(device / "devnum")
        if int(pid, 16) not in STLINK_USB_PIDS or not bus or not number:
            continue
        node = nodes / f"{int(bus):03d}" / f"{int(number):03d}"
        who = f"ST-LINK {_read(device / 'serial') or '(no serial number)'}"
        if not node.exists():
            yield (
                f"{who} is plugged in, but {node} is not there\n"
                "    remedy: in a container, hand the USB devices over (--device /dev/bus/usb)"
            )
        elif not may_use(node):
            yield f"{who} is plugged in, but you may not open {node}\n    remedy: {UDEV_REMEDY}"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
