# SPDX-License-Identifier: Apache-2.0
"""The firmware's portable C in a sanitised host process, driven through a pipe."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

from generator.model.decision import DecisionRule, Head
from generator.model.patches import patch_rule
from generator.project.manifest import ProjectInfo
from generator.project.render import make_environment
from generator.project.target_flags import WARNINGS
from generator.repository import TEMPLATES_DIR
from generator.toolchain.locate import find_host_cc
from generator.wire import Frame, FrameReader, Message, encode_frame, header_context
from tests.support.frontends import frontend_info
from tests.support.store import digest

FAKES = Path(__file__).parent / "fakes"

SOURCES = (
    "cobs",
    "sha256",
    "link",
    "self_check",
    "self_report",
    "session",
    "features",
    "taps",
    "fault_report",
)

SHARED = ("library/crc32.c", "library/weights.c", "network/layer_clock.c")
FAKE_SOURCES = ("board_facts.c", "driver.c", "self_checks.c")

LABELS = ("dog", "bells ä", "rain")

FRAMES = 8
"""NETWORK_FRAMES of fakes/network/network.h."""

SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")


MEASURE = TEMPLATES_DIR / "applications" / "measure"

DRIVER = "driver"

FLAGS = ("-std=c11", "-O1", "-g", *SANITIZERS, *WARNINGS, "-DM2M_TAPS=1")


def rendered_sources() -> dict[str, str]:
    """The driver's own texts of templates, by their names in the project."""
    rule = DecisionRule(Head.SOFTMAX, (0,) * len(LABELS))
    project = ProjectInfo(
        "testboard", "testboard", "fake", "", LABELS, rule, True, "0", frontend_info()
    )
    context = {"wire": header_context(), "patches": patch_rule(FRAMES), "project": project}
    sources = {
        "app/wire.h": "applications/measure/wire.h.j2",
        **{f"library/{name}": f"library/{name}.j2" for name in ("patches.h", "classes.h")},
        "library/classes.c": "library/classes.c.j2",
    }
    return {
        path: make_environment().get_template(source).render(context)
        for path, source in sources.items()
    }


def driver_key() -> str:
    """A hash over all that the driver is made of."""
    version = subprocess.run([*find_host_cc(), "--version"], capture_output=True, check=True).stdout
    texts = rendered_sources().values()
    return digest(version, TEMPLATES_DIR, FAKES, *texts, *FLAGS, *SOURCES, *SHARED)


def build_driver(directory: Path) -> None:
    """Compile the driver with every warning an error, AddressSanitizer and UBSan."""
    shutil.copytree(MEASURE, directory / "app", ignore=shutil.ignore_patterns("*.j2"))
    (directory / "library").mkdir()
    for path, text in rendered_sources().items():
        (directory / path).write_text(text, encoding="utf-8")
    command = [
        *(*find_host_cc(), *FLAGS, f"-I{FAKES}", f"-I{directory}", f"-I{TEMPLATES_DIR}"),
        *(str(directory / "app" / f"{name}.c") for name in SOURCES),
        *(str(TEMPLATES_DIR / path) for path in SHARED),
        *(str(directory / "library" / "classes.c"), *(str(FAKES / name) for name in FAKE_SOURCES)),
        *("-o", str(directory / DRIVER)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


class Driver:
    """One process; ``close`` asserts that the sanitizers found nothing."""

    def __init__(self, program: Path) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.sequence = 0
        self.reader = FrameReader()
        self.sent_at_start = self.step()

    def call(self, letter: str, data: bytes = b"") -> bytes:
        """Run one command and return its answer."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(letter.encode() + struct.pack("<I", len(data)) + data)
        process.stdin.flush()
        head = process.stdout.read(4)
        if len(head) != 4:
            assert process.stderr is not None
            raise AssertionError(process.stderr.read().decode(errors="replace"))
        return process.stdout.read(struct.unpack("<I", head)[0])

    def close(self) -> None:
        """End the process; it must end well."""
        process = self._process
        _, told = process.communicate()
        assert process.returncode == 0, told.decode(errors="replace")

    def feed(self, data: bytes) -> None:
        """Bytes arrive on the line."""
        self.call("f", data)

    def encode(self, message: Message) -> bytes:
        """Return the next frame of the host's numbering."""
        encoded = encode_frame(message, self.sequence)
        self.sequence = (self.sequence + 1) % 256
        return encoded

    def send(self, *messages: Message) -> list[Message]:
        """Send messages one by one, let the firmware work, return what it answers."""
        answers: list[Message] = []
        for message in messages:
            self.feed(self.encode(message))
            answers += [frame.message for frame in self.step()]
        return answers

    def step(self, count: int = 0) -> list[Frame]:
        """Let the firmware take ``count`` messages (0: all) and return the frames it sent."""
        data = struct.pack("<II", count, 0) if count else b""
        return [_whole(item) for item in self.reader.feed(self.call("s", data))]


def _whole(item: object) -> Frame:
    assert isinstance(item, Frame), item
    return item
