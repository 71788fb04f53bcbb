# SPDX-License-Identifier: Apache-2.0
"""`mel2metal doctor`: what of the surroundings is present, what is missing, and how to get it.

Each check answers with one `Finding`; none stops the others and none changes anything. Only what
firmware cannot do without makes the exit code 3; the rest says what it is needed for.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from generator.engines.stedgeai.locate import LIBRARY_FOLDERS, find_install
from generator.errors import EXIT_TOOL, ToolError
from generator.extras import HIL, TRAIN, absent_packages, how_to_install, packages_of
from generator.plain_console import PlainConsole
from generator.project.target_flags import target_flags
from generator.repository import DATA_DIR, IN_CHECKOUT, PINS_DIR, WORK_DIR, command
from generator.toolchain.archive import c_library_flags
from generator.toolchain.locate import COMPILER_DIR, find_cmsis_dsp, find_host_cc, find_toolchain

OLDEST_PYTHON = (3, 11)
SETS = ("firmware", "test", "train")
"""The locks of a checkout."""
EXTRAS = (None, HIL, TRAIN)
"""Outside of one: what mel2metal needs itself, and its extras for users."""
FREE_DISK_GB = {"firmware and tests": 2.0, "training": 5.0}
"""What .venv, .tools and build take, measured and rounded up; TensorFlow takes the most."""

ON_VIRTUAL_BOARD = "make hil VIRTUAL=1" if IN_CHECKOUT else "mel2metal hil --board u585 --virtual"

UDEV_RULES = DATA_DIR / "udev" / "70-mel2metal.rules"
"""Lets users open the probes of Linux."""

QEMU_PROGRAM = "qemu-system-arm"
QEMU_REMEDY = (
    "Debian, Ubuntu: apt install qemu-system-arm; Fedora: dnf install qemu-system-arm; "
    "Arch: pacman -S qemu-system-arm; macOS: brew install qemu; Windows: see qemu.org"
)


class State(Enum):
    """How a finding is shown."""

    PRESENT = "present"
    OPTIONAL = "absent"
    MISSING = "MISSING"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    what: str
    state: State
    detail: str
    remedy: str = ""


def examine(cross_compile: str | None = None, stedgeai: str | None = None) -> tuple[Finding, ...]:
    """Run all checks. `cross_compile` as in `find_toolchain`, `stedgeai` as in `find_install`."""
    checks: tuple[Callable[[], Finding], ...] = (
        _python,
        *_package_checks(),
        lambda: _compiler(cross_compile),
        _cmsis_dsp,
        _host_cc,
        lambda: _stedgeai(stedgeai),
        lambda: _c_library(cross_compile),
        _sounds,
        _models,
        _serial_ports,
        _qemu,
        _disk,
    )
    return tuple(check() for check in checks)


def report(findings: Iterable[Finding], console: Console | None = None) -> int:
    """Print the table and what to do; the exit code: 0, or 3 if something needed is missing."""
    findings = tuple(findings)
    console = console or PlainConsole()
    colours = {State.PRESENT: "green", State.OPTIONAL: "yellow", State.MISSING: "bold red"}
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("what", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("detail", overflow="fold")
    for finding in findings:
        colour = colours[finding.state]
        detail = finding.detail
        if finding.remedy:
            detail = f"{detail}\n-> {finding.remedy}"
        table.add_row(finding.what, Text(finding.state.value, style=colour), Text(detail))
    console.print(table)
    missing = [finding.what for finding in findings if finding.state is State.MISSING]
    if missing:
        console.print(f"\nMissing for `{command('firmware')}`: {', '.join(missing)}.", markup=False)
        return EXIT_TOOL
    console.print(f"\n`{command('firmware')}` has all that it needs.")
    return 0


def main(cross_compile: str | None = None, stedgeai: str | None = None) -> int:
    """Examine and report; the exit code."""
    return report(examine(cross_compile, stedgeai))


def _python() -> Finding:
    detail = f"{sys.version.split()[0]} at {sys.executable}"
    if sys.version_info < OLDEST_PYTHON:
        oldest = ".".join(str(part) for part in OLDEST_PYTHON)
        remedy = f"name a newer one: make distclean, then make firmware PYTHON=python{oldest}"
        return Finding("Python", State.MISSING, detail, remedy)
    return Finding("Python", State.PRESENT, detail)


def _package_checks() -> Iterable[Callable[[], Finding]]:
    if IN_CHECKOUT:
        return [partial(_packages, name) for name in SETS]
    return [partial(_extra_packages, extra) for extra in EXTRAS]


def _extra_packages(extra: str | None) -> Finding:
    """Whether what an extra asks for is installed; None: what firmware needs."""
    what = f"packages: {extra or 'firmware'}"
    absent = absent_packages(extra)
    if not absent:
        return Finding(what, State.PRESENT, f"{len(packages_of(extra))} packages")
    state = State.MISSING if extra is None else State.OPTIONAL
    remedy = "install mel2metal again" if extra is None else how_to_install(extra)
    return Finding(what, state, f"absent: {', '.join(absent)}", remedy)


def _packages(name: str) -> Finding:
    """Compare what is installed with the lock of a set."""
    what = f"packages: {name}"
    lock = PINS_DIR / f"{name}.txt"
    pins = read_pins(lock.read_text().splitlines())
    wrong = []
    for package, version in pins:
        try:
            installed = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            installed = ""
        if installed != version:
            wrong.append(f"{package} {installed or 'absent'}, pinned {version}")
    if not wrong:
        return Finding(what, State.PRESENT, f"{len(pins)} as pinned")
    more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    remedy = {
        "firmware": "run `make firmware`",
        "test": "run `make test`, which installs them",
        "train": "run `make train`, which installs them (TensorFlow: about 2 GB)",
    }[name]
    state = State.MISSING if name == "firmware" else State.OPTIONAL
    return Finding(what, state, f"{'; '.join(wrong[:3])}{more}", remedy)


def read_pins(lines: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(package, version) of the lines of a lock that apply to this system."""
    pins = []
    for line in lines:
        match = re.match(r"([A-Za-z0-9._-]+)==([^ ;\\]+)(?: ; ([^\\]+))?", line)
        if match and not _is_for_windows(match[3] or ""):
            pins.append((match[1], match[2]))
    return tuple(pins)


def _is_for_windows(marker: str) -> bool:
    return "sys_platform == 'win32'" in marker and sys.platform != "win32"


def _compiler(cross_compile: str | None) -> Finding:
    try:
        toolchain = find_toolchain(cross_compile)
    except ToolError as error:
        return Finding("cross compiler", State.MISSING, error.what, error.remedy)
    origin = f"pinned, {_relative(COMPILER_DIR)}" if toolchain.pinned else str(toolchain.gcc)
    return Finding("cross compiler", State.PRESENT, f"gcc {toolchain.version} ({origin})")


def _cmsis_dsp() -> Finding:
    try:
        tree = find_cmsis_dsp()
    except ToolError as error:
        return Finding("CMSIS-DSP", State.MISSING, error.what, error.remedy)
    return Finding("CMSIS-DSP", State.PRESENT, _relative(tree))


def _host_cc() -> Finding:
    try:
        compiler = find_host_cc()
    except ToolError as error:
        return Finding("host compiler", State.OPTIONAL, error.what, error.remedy)
    return Finding("host compiler", State.PRESENT, " ".join(compiler))


def _stedgeai(named: str | None) -> Finding:
    what = "ST Edge AI (X-CUBE-AI)"
    try:
        install = find_install(named, os.environ)
    except ToolError as error:
        return Finding(what, State.OPTIONAL, error.what, error.remedy)
    libraries = [path.name for core in LIBRARY_FOLDERS for path in install.libraries(core)]
    wanted = f"NetworkRuntime{install.version.library_number}_"
    mine = [name for name in libraries if name.startswith(wanted)]
    detail = f"{install.version.title}, {install.program}"
    if not mine:
        there = ", ".join(libraries) or "none"
        remedy = "install the package for STM32 as a whole: tool and library of one version"
        what_is_missing = f"{detail}; no run-time library {wanted}*_GCC.a (there: {there})"
        return Finding(what, State.OPTIONAL, what_is_missing, remedy)
    return Finding(what, State.PRESENT, f"{detail}; {', '.join(mine)}")


def _c_library(cross_compile: str | None) -> Finding:
    what = "C library (newlib)"
    try:
        toolchain = find_toolchain(cross_compile)
        c_library_flags(toolchain, target_flags("cortex-m33").cpu, ["expf"])
    except ToolError as error:
        detail = f"{error.what.split(',')[0]}; only the engine stedgeai needs one"
        return Finding(what, State.OPTIONAL, detail, error.remedy)
    return Finding(what, State.PRESENT, f"with {toolchain.gcc}")


def _sounds() -> Finding:
    named = os.environ.get("ESC10_DIR")
    folder = Path(named) if named else WORK_DIR / "data" / "ESC-50"
    table = folder / "meta" / "esc50.csv"
    if table.is_file():
        count = sum(1 for _ in (folder / "audio").glob("*"))
        return Finding("sounds (ESC-10)", State.PRESENT, f"{count} files in {folder / 'audio'}")
    place = f"ESC10_DIR={named}" if named else "ESC10_DIR is not set"
    return Finding(
        "sounds (ESC-10)",
        State.OPTIONAL,
        f"{place}: no {table}; boards are tested with synthetic clips, accuracy is not measured",
        f"run `{command('dataset')}`, or set ESC10_DIR to a folder in ESC-50's layout",
    )


def _models() -> Finding:
    what = "reference models"
    named = os.environ.get("MODELS_DIR")
    folder = Path(named) if named else WORK_DIR / "data" / "models"
    models = sorted(path for path in folder.glob("**/*") if path.suffix in (".h5", ".tflite"))
    if models:
        return Finding(what, State.PRESENT, f"{len(models)} under {folder}")
    if named:
        return Finding(what, State.OPTIONAL, f"no model under MODELS_DIR={named}", "correct it")
    return Finding(
        what,
        State.OPTIONAL,
        f"training starts from the shipped model; `{command('cv')}` needs the published one",
        f"run `{command('models')}`, or set MODELS_DIR to a folder with ST's YAMNet-256",
    )


def _serial_ports() -> Finding:
    try:
        from serial.tools.list_ports import comports
    except ImportError:
        return Finding("boards on USB", State.OPTIONAL, f"not looked for: {how_to_install(HIL)}")
    ports = [f"{port.device} ({port.description})" for port in comports() if port.vid is not None]
    if ports:
        return Finding("boards on USB", State.PRESENT, ", ".join(ports))
    return Finding(
        "boards on USB",
        State.OPTIONAL,
        "no serial port on USB",
        f"connect a board (on Linux with {UDEV_RULES}), or use the virtual one: {ON_VIRTUAL_BOARD}",
    )


def _qemu() -> Finding:
    found = shutil.which(QEMU_PROGRAM)
    if found:
        return Finding("QEMU", State.PRESENT, f"{found}, for `{command('qemu')}`")
    detail = f"no {QEMU_PROGRAM}; only `{command('qemu')}` needs it, to check the emulated cores"
    return Finding("QEMU", State.OPTIONAL, detail, QEMU_REMEDY)


def _disk() -> Finding:
    free_gb = shutil.disk_usage(WORK_DIR).free / 1e9
    short = [use for use, needed in FREE_DISK_GB.items() if free_gb < needed]
    detail = f"{free_gb:.0f} GB free"
    if short:
        return Finding("disk", State.OPTIONAL, f"{detail}, short for {' and '.join(short)}")
    return Finding("disk", State.PRESENT, detail)


def _relative(path: Path) -> str:
    return str(path.relative_to(WORK_DIR)) if path.is_relative_to(WORK_DIR) else str(path)
