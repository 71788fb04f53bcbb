# SPDX-License-Identifier: Apache-2.0
"""Images with ST's interfaces on the virtual board: the stand-in's network after the real adapter.

The stand-in runs the built-in engine, so the scores must be those of the host twin, bit for bit,
whatever the interface, the layout of the patch and the type of the scores.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from generator.boards.boards_file import load_boards
from generator.engine_choice import EngineChoice
from generator.errors import InputError
from generator.firmware import Firmware, make_firmware
from generator.host.twin import build_host_twin
from generator.network import read_network
from generator.repository import DEFAULT_BOARDS_FILE
from generator.toolchain.footprint import read_footprint
from generator.toolchain.locate import Toolchain, find_toolchain
from generator.wire import Refusal
from generator.wire.messages import (
    ClipAudio,
    ClipBegin,
    ClipEnd,
    Hello,
    Message,
    PatchResult,
    Refused,
)
from hil.virtual.rules import Rule, RuleBroken
from tests.firmware.board_runs import BOOT_S, BoardRun, Edit, build_changed
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model
from tests.support.st_edge_ai.faults import STAND_IN, make_install
from tests.support.tiny_model import tiny_model

SAMPLES = np.random.default_rng(7).integers(-8000, 8000, 6_000).astype(np.int16)
"""0.4 s of noise: more than a patch of 16 frames."""

pytestmark = pytest.mark.slow


def upright_model() -> bytes:
    """A model that takes its patch frame by frame, without a TRANSPOSE."""
    builder = ModelBuilder(frames=16, bands=64, transposed=False).conv(4, stride=(2, 2))
    return builder.depthwise(stride=(2, 2)).conv(8, kernel=(1, 1)).head(classes=3).to_bytes()


def sideways_model() -> bytes:
    """A model that takes its patch band by band and does not turn it: its layers run so."""
    builder = ModelBuilder(frames=64, bands=16, transposed=False).conv(4, (3, 2), stride=(2, 1))
    return builder.depthwise(stride=(1, 2)).conv(8, kernel=(1, 1)).head(classes=3).to_bytes()


@dataclass(frozen=True)
class Case:
    """One image."""

    board: str
    api: str
    scores: str = ""
    model: Callable[[], bytes] = tiny_model

    def __str__(self) -> str:
        return f"{self.board}-{self.api}-{self.scores or 'own'}-{self.model.__name__}"


CASES = [
    Case("u585", "st-ai"),
    Case("u585", "legacy"),
    Case("u585", "st-ai", "int8", upright_model),
    Case("u585", "st-ai", "uint8"),
    Case("u585", "legacy", "float32", upright_model),
    Case("u585", "st-ai", "int8", sideways_model),
    Case("l475", "st-ai"),
    Case("l475", "legacy"),
    Case("h743", "st-ai"),
    Case("h743", "legacy"),
]


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    return find_toolchain()


def build(case: Case, folder: Path, toolchain: Toolchain, *, force: bool = False) -> Firmware:
    folder.mkdir(exist_ok=True)
    model = write_model(folder / "model.tflite", case.model())
    root = make_install(folder / "ST", "--scores", case.scores) if case.scores else STAND_IN
    return make_firmware(
        load_boards(DEFAULT_BOARDS_FILE)[case.board],
        read_network(model),
        toolchain,
        engine=EngineChoice("stedgeai", str(root), case.api, 120.0),
        out_dir=folder / "out",
        force=force,
    )


def play(run: BoardRun) -> list[Message]:
    """Greet and send the clip; what came."""
    run.machine.run(seconds=BOOT_S)
    (hello,) = run.greet()
    assert isinstance(hello, Hello)
    assert hello.engine == "stedgeai 3.0.0"
    received = run.send(ClipBegin(1), seconds=0.01)
    for at in range(0, len(SAMPLES), 250):
        piece = ClipAudio(SAMPLES[at : at + 250].astype("<i2").tobytes())
        received += run.send(piece, seconds=0.05)
    return received + run.send(ClipEnd(len(SAMPLES)), seconds=0.05)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_board_answers_as_the_built_in_engine_does(
    tmp_path: Path, toolchain: Toolchain, case: Case
) -> None:
    made = build(case, tmp_path / "build", toolchain)
    twin = build_host_twin(made.image.project_dir)
    wanted = [tuple(patch.scores.tolist()) for patch in twin.run_clip(SAMPLES).patches]
    received = play(BoardRun(made.image.elf, board=case.board))
    assert not [message for message in received if isinstance(message, Refused)]
    results = [message for message in received if isinstance(message, PatchResult)]
    assert [result.scores for result in results] == wanted
    assert len(wanted) > 1
    # The network runs at once, with the last frame of its patch.
    assert all(result.answer_cycles > result.network_cycles // 2 for result in results)


@pytest.fixture(scope="module")
def st_ai(tmp_path_factory: pytest.TempPathFactory, toolchain: Toolchain) -> Firmware:
    return build(Case("u585", "st-ai"), tmp_path_factory.mktemp("st") / "build", toolchain)


def test_without_the_clock_of_the_crc_unit(
    st_ai: Firmware, tmp_path: Path, toolchain: Toolchain
) -> None:
    edit = Edit("network/engine.c", "    crc_unit_begin();", "")
    board = load_boards(DEFAULT_BOARDS_FILE)["u585"]
    elf = build_changed(st_ai.image.project_dir, tmp_path / "p", (edit,), board, toolchain)
    with pytest.raises(RuleBroken, match="CRC is used while RCC_AHB1ENR bit 12 is 0") as caught:
        play(BoardRun(elf))
    assert caught.value.rule is Rule.CLOCK_OFF


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (Edit("network/engine.c", "] = {network_arena}", "] = {network_arena + 4}"), 0x040070),
        (Edit("network/engine.c", "context, STAI_MODE_SYNC", "context, STAI_MODE_ASYNC"), 0x040000),
    ],
)
def test_an_error_of_the_engine_comes_over_the_link(
    st_ai: Firmware, tmp_path: Path, toolchain: Toolchain, edit: Edit, code: int
) -> None:
    board = load_boards(DEFAULT_BOARDS_FILE)["u585"]
    elf = build_changed(st_ai.image.project_dir, tmp_path / "p", (edit,), board, toolchain)
    refused = [message for message in play(BoardRun(elf)) if isinstance(message, Refused)]
    assert [one.code for one in refused] == [Refusal.INTERNAL]
    assert refused[0].detail == 0x1000000 | code


def test_the_footprint_is_counted_from_the_image(st_ai: Firmware) -> None:
    elf = st_ai.image.elf
    footprint = read_footprint(elf, st_ai.image.bin.stat().st_size)
    parts, network = footprint.by_part, footprint.network
    assert network.activation_ram_bytes == 16 * 64
    assert network.weights_flash_bytes == parts["engine_weights"].rodata_bytes > 0
    code = sum(parts[name].flash_bytes for name in ("network", "engine", "engine_library"))
    assert network.code_flash_bytes == code
    assert min(parts[name].text_bytes for name in ("network", "engine", "engine_library")) > 0


def test_the_same_input_gives_the_same_image(
    st_ai: Firmware, tmp_path: Path, toolchain: Toolchain
) -> None:
    again = build(Case("u585", "st-ai"), tmp_path / "elsewhere", toolchain)
    assert again.image.sha256 == st_ai.image.sha256


def test_a_second_build_asks_the_tool_nothing_unless_something_changed(
    tmp_path: Path, toolchain: Toolchain
) -> None:
    folder = tmp_path / "build"
    log = folder / "out" / "u585-stedgeai.log"
    build(Case("u585", "st-ai"), folder, toolchain)
    said = log.read_text()
    assert said.startswith("$ ")
    assert "Generated files" in said
    log.unlink()
    build(Case("u585", "st-ai"), folder, toolchain)
    assert not log.exists()
    cut_off = folder / "out" / "u585-stedgeai" / "engine" / "generated" / "network_data.c"
    text = cut_off.read_text()
    cut_off.write_text(text[:-200])
    with pytest.raises(InputError, match=r"network_data\.c: was changed"):
        build(Case("u585", "st-ai"), folder, toolchain)
    assert not log.exists()
    build(Case("u585", "st-ai"), folder, toolchain, force=True)
    assert log.exists()
    assert cut_off.read_text() == text
    (kept,) = (folder / "out").glob("u585-stedgeai.kept-*/engine/generated/network_data.c")
    assert kept.read_text() == text[:-200]
    log.unlink()
    build(Case("u585", "legacy"), folder, toolchain)
    assert log.exists()
