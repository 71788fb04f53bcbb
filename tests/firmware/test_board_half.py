# SPDX-License-Identifier: Apache-2.0
"""The board half of mel2metal.h, compiled for the host over a stand-in of the port."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from generator.boards.boards_file import load_board
from generator.boards.gpio_values import make_gpio
from generator.boards.registry import family_of
from generator.host.compile import UNDEFINED_BEHAVIOUR
from generator.model.decision import DecisionRule, Head
from generator.project.manifest import ProjectInfo
from generator.project.render import make_environment
from generator.project.target_flags import WARNINGS
from generator.repository import DEFAULT_BOARDS_FILE, TEMPLATES_DIR
from generator.toolchain.locate import find_host_cc
from generator.wire import Phase, RunEnd, Wait
from tests.support.frontends import frontend_info

FAKES = Path(__file__).parent / "fakes" / "board"
LABELS = ("dog", "crying baby", "rain, heavy")
SOURCES = ("board", "print", "load", "fault_report", "fault_text", "run_end")
PIECE_SAMPLES, RING_SAMPLES = 160, 640
HZ = 160_000_000


class Fault(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_uint32)
        for name in ("exception", "cfsr", "hfsr", "mmfar", "bfar", "pc", "lr", "xpsr", "sp")
    ]


class Event(ctypes.Structure):
    _fields_ = (
        ("kind", ctypes.c_int),
        ("label", ctypes.c_int),
        ("score_permille", ctypes.c_uint16),
        ("time_ms", ctypes.c_uint64),
        ("begin_ms", ctypes.c_uint64),
    )


class Load(ctypes.Structure):
    _fields_ = (
        ("asleep_permille", ctypes.c_uint16),
        ("load_permille", ctypes.c_uint16),
        ("overruns", ctypes.c_uint32),
        ("dropped", ctypes.c_uint32),
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("board_half")
    for part in ("board", "core", "port", "library"):
        shutil.copytree(TEMPLATES_DIR / part, folder / part)
    shutil.copy(TEMPLATES_DIR / "port/gpio/gpio.h", folder / "port")
    board = load_board(DEFAULT_BOARDS_FILE, "u585")
    rule = DecisionRule(Head.SOFTMAX, (0,) * len(LABELS))
    context = {
        "project": ProjectInfo(
            "u585", "u585", "fake", "", LABELS, rule, taps=False,
            generator_version="0", frontend=frontend_info(),
        ),
        "application": SimpleNamespace(has_board=True),
        "standalone": False,
        "board": board,
        "gpio": make_gpio(board, family_of(board.family).gpio),
    }  # fmt: skip
    for name in ("mel2metal.h", "classes.h"):
        text = make_environment().get_template(f"library/{name}.j2").render(context)
        (folder / "library" / name).write_text(text)
    names = ", ".join(f'"{label}"' for label in LABELS)
    (folder / "names.c").write_text(
        f'#include "library/mel2metal.h"\nconst char *const m2m_class_names[] = {{{names}}};\n'
    )
    sources = [f"board/{name}.c" for name in SOURCES]
    command: list[str] = [
        *(
            *find_host_cc(),
            "-std=c11",
            "-O1",
            "-shared",
            "-fPIC",
            *WARNINGS,
            *UNDEFINED_BEHAVIOUR,
        ),
        *(f"-I{FAKES}", "-I.", *sources, "names.c", str(FAKES / "board_port.c"), "-o", "half.so"),
    ]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "half.so"


class Half:
    """A fresh copy of the library: its variables are as after a start."""

    def __init__(self, path: Path) -> None:
        self.c = ctypes.CDLL(str(path))
        self.c.m2m_clock_ms.restype = ctypes.c_uint64
        self.c.m2m_load_take.restype = Load
        self.set("fake_tx_free", 512)

    def set(self, name: str, value: int, kind: type = ctypes.c_uint32) -> None:
        kind.in_dll(self.c, name).value = value  # type: ignore[attr-defined]

    def get(self, name: str) -> int:
        return ctypes.c_uint32.in_dll(self.c, name).value

    def receive(self, text: bytes) -> None:
        ctypes.memmove((ctypes.c_uint8 * 64).in_dll(self.c, "fake_received"), text, len(text))
        self.set("fake_received_count", len(text))

    @property
    def sent(self) -> str:
        sent = (ctypes.c_uint8 * 8192).in_dll(self.c, "fake_sent")
        return bytes(sent[: self.get("fake_sent_count")]).decode()

    def take_load(self) -> Load:
        load: Load = self.c.m2m_load_take()
        return load


@pytest.fixture
def half(built: Path, tmp_path: Path) -> Half:
    copy = tmp_path / f"{tmp_path.name}.so"
    shutil.copy(built, copy)
    return Half(copy)


def test_the_start(half: Half) -> None:
    """The record before what may reset, the watchdog before the clock, the microphone last."""
    half.c.m2m_board_begin()
    order = (ctypes.c_char * 256).in_dll(half.c, "fake_order").value.decode()
    assert order == "rwcytgudm"


def test_sound_reaches_the_library_once_and_in_order(half: Half) -> None:
    half.c.m2m_board_begin()
    half.set("fake_words_a_sleep", 322)  # no multiple of a piece, and the ring turns
    for _ in range(200):
        assert half.c.m2m_listen() == 0
    pushed = half.get("fake_pushed")
    samples = (ctypes.c_int16 * 100000).in_dll(half.c, "fake_samples")[:pushed]
    assert pushed > 10 * RING_SAMPLES
    assert samples == [index & 0x7FFF for index in range(pushed)]
    assert half.get("fake_largest_push") <= PIECE_SAMPLES


def test_it_sleeps_only_while_nothing_waits(half: Half) -> None:
    half.c.m2m_board_begin()
    half.set("fake_words_a_sleep", 640)
    half.c.m2m_listen()
    half.c.m2m_listen()
    assert (half.get("fake_sleeps"), half.get("fake_pushed")) == (1, 320)
    half.c.m2m_listen()
    assert half.get("fake_sleeps") == 2


def test_the_watchdog_is_fed_by_progress_alone(half: Half) -> None:
    half.c.m2m_board_begin()
    begun = half.get("fake_feeds")
    for _ in range(5):
        assert half.c.m2m_listen() == 0
    assert half.get("fake_feeds") == begun, "no sound came"
    half.set("fake_words_a_sleep", 320)
    half.c.m2m_listen()
    assert half.get("fake_feeds") == begun + 1
    half.set("fake_push_status", -100, ctypes.c_int)
    assert half.c.m2m_listen() == -100
    assert half.get("fake_feeds") == begun + 1, "the network refused it"


def test_load_and_sleep(half: Half) -> None:
    half.c.m2m_board_begin()
    half.set("fake_sleep_clocks", 3_000_000)
    half.c.m2m_listen()
    clocks = ctypes.c_uint64.in_dll(half.c, "fake_clocks")
    clocks.value += 1_000_000
    load = half.take_load()
    assert (load.asleep_permille, load.load_permille) == (750, 250)
    again = half.take_load()
    assert (again.asleep_permille, again.load_permille) == (0, 0), "no time has passed"
    clocks.value += 1
    assert half.take_load().load_permille == 1000


def test_overruns_are_counted_since_the_start(half: Half) -> None:
    half.c.m2m_board_begin()
    for words in (7, 1280):
        half.set("fake_overruns", words)
        half.c.m2m_listen()
    assert half.take_load().overruns == half.take_load().overruns == 1287


@pytest.mark.parametrize(
    ("seconds", "hz"),
    [(0, HZ), (1, HZ), (86_400 * 365 * 20, 480_000_000), (86_400 * 40, 280_000_000)],
)
def test_milliseconds_do_not_overflow(half: Half, seconds: int, hz: int) -> None:
    half.set("fake_hz", hz)
    ctypes.c_uint64.in_dll(half.c, "fake_clocks").value = seconds * hz + hz // 2 + 1
    assert half.c.m2m_clock_ms() == seconds * 1000 + 500


def test_lines_end_with_cr_and_lf(half: Half) -> None:
    half.c.m2m_print(b"one\ntwo\n")
    assert half.sent == "one\r\ntwo\r\n"


@pytest.mark.parametrize(("room", "fits"), [(5, True), (4, False), (0, False)])
def test_what_does_not_fit_is_dropped_whole_and_counted(half: Half, room: int, fits: bool) -> None:
    half.set("fake_tx_free", room)
    half.c.m2m_print(b"one\n")
    assert half.sent == ("one\r\n" if fits else "")
    assert half.take_load().dropped == (0 if fits else 1)
    assert half.c.m2m_print_room() == room


def test_formats(half: Half) -> None:
    half.c.fake_print_formats()
    assert half.sent.split("\r\n") == [
        "text|c|-17|4294967295|beef|%",
        "-005|   7|123|0000cafe|-2147483648",
        "0|0000|",
        "",
    ]


@pytest.mark.parametrize(("length", "printed"), [(159, True), (160, False), (399, False)])
def test_the_longest_format(half: Half, length: int, printed: bool) -> None:
    half.c.fake_print_long(length)
    assert half.sent == ("x" * length if printed else "")
    assert half.take_load().dropped == (0 if printed else 1)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (Event(0, 0, 930, 12_340, 12_340), "12.34 s dog 0.93"),
        (Event(0, 0, 994, 9, 9), "0.00 s dog 0.99"),
        (Event(0, 1, 1000, 60_059, 60_059), "60.05 s crying_baby 1.00"),
        (Event(0, 2, 5, 1_000, 1_000), "1.00 s rain__heavy 0.01"),
        (Event(1, 0, 400, 15_020, 12_340), "15.02 s dog ends"),
        (Event(1, 0, 400, (1 << 32) * 1000 - 1, 0), "4294967295.99 s dog ends"),
    ],
)
def test_event_lines(half: Half, event: Event, line: str) -> None:
    half.c.m2m_print_event(ctypes.byref(event))
    assert half.sent == f"{line}\r\n"


def test_characters_wake_only_who_reads_them(half: Half) -> None:
    half.c.m2m_board_begin()
    half.receive(b"v?")
    half.c.m2m_listen()
    assert half.get("fake_sleeps") == 1, "nobody asked for characters"
    assert [half.c.m2m_read() for _ in range(3)] == [ord("v"), ord("?"), -1]
    half.receive(b"\xff")
    half.c.m2m_listen()
    assert half.get("fake_sleeps") == 1
    assert half.c.m2m_read() == 0xFF


def test_leds_and_buttons(half: Half) -> None:
    half.c.m2m_led_set(1, True)
    assert half.get("fake_outputs") == 2
    half.c.m2m_led_set(1, False)
    assert half.get("fake_outputs") == 0
    half.set("fake_inputs", 1)
    pressed: Callable[[int], bool] = half.c.m2m_button_pressed
    half.c.m2m_button_pressed.restype = ctypes.c_bool
    assert pressed(0) and not pressed(1)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            Fault(6, 1 << 25, 0, 0, 0, 0x0800_1234, 0x0800_1201, 0, 0),
            "# fault UsageFault (division by zero) pc 0x08001234 lr 0x08001201 cfsr 0x02000000",
        ),
        (
            Fault(3, 1 << 9, 1 << 30, 0, 0, 0x0800_00FE, 0, 0, 0),
            "# fault HardFault (nothing at that address) pc 0x080000fe",
        ),
        (
            Fault(16 + 61, 0, 0, 0, 0, 2, 0, 0, 0),
            "# fault unexpected interrupt 0x0000003d pc 0x00000002",
        ),
    ],
)
def test_faults_as_text(half: Half, fault: Fault, said: str) -> None:
    half.c.fault_report(ctypes.byref(fault))
    assert half.sent.startswith(f"\r\n{said}")
    assert half.sent.endswith("\r\n")


def test_a_fault_before_the_line_is_there_says_nothing(half: Half) -> None:
    half.set("fake_uart_begun", 0, ctypes.c_bool)
    half.c.fault_report(ctypes.byref(Fault(3)))
    assert half.sent == ""


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        ((0,) * 9, ""),
        ((4, RunEnd.RESET, Phase.LISTEN), ""),
        (
            (1, RunEnd.CORE_FAULT, Phase.LISTEN, 5, 1 << 9 | 1 << 15, 0, 0x4002_0C00, 0x0800_1234),
            "a fault in phase listen, reset 1: BusFault (nothing at that address) pc 0x08001234 "
            "lr 0x00000000 cfsr 0x00008200 hfsr 0x00000000 address 0x40020c00",
        ),
        ((12, RunEnd.WATCHDOG, Phase.IDLE), "the watchdog in phase idle, reset 12"),
        (
            (2, RunEnd.SELF_CHECK, Phase.CHECK, 0, 0x55, 0, 0x2000_0100, 0x0800_0200),
            "a self-check in phase check, reset 2: found 0x00000055 at 0x20000100 pc 0x08000200",
        ),
        (
            (3, RunEnd.WAIT, Phase.START, 0, Wait.PLL),
            "a wait that gave up in phase start, reset 3: 5",
        ),
    ],
)
def test_how_the_run_before_ended_as_text(half: Half, ended: tuple[int, ...], said: str) -> None:
    values = (ctypes.c_uint32 * 9).in_dll(half.c, "fake_ended")
    values[:] = [*ended, *[0] * (9 - len(ended))]
    half.c.m2m_board_begin()
    half.c.m2m_print_run_end()
    assert half.sent == (f"# ended by {said}\r\n" if said else "")
