# SPDX-License-Identifier: Apache-2.0
"""Flash and RAM of a running board are damaged, bit by bit: no wrong answer leaves it.

The bits are turned over in the machine's own memory, as a failing cell or a stray write does it:
nothing tells the firmware.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generator.boards.record import BoardSpec
from generator.toolchain.locate import Toolchain
from generator.wire import AUDIO_LIMIT_SAMPLES, BOOT_NONCE, HelloFlag, Refusal, RunEnd
from generator.wire.messages import (
    Check,
    CheckRequest,
    ClipAudio,
    ClipBegin,
    ClipEnd,
    ClipResult,
    Hello,
    Message,
    PatchResult,
    Refused,
)
from tests.firmware.board_runs import (
    BOOT_S,
    BoardRun,
    Edit,
    Projects,
    boot,
    build_changed,
    elf_of,
    hello_of,
)
from tests.support.firmware_store import stored_firmware
from tests.support.image_objects import ImageObjects
from tests.support.models import OWN_MODEL

BOARDS = ("u585", "u575", "l475", "l4r5", "l432", "h743", "h7a3")
SAMPLES = np.random.default_rng(7).integers(-8000, 8000, 4000).astype("<i2")
"""0.25 s of noise: more than a patch of 16 frames."""

CANARY = 0xC5A91B6D
"""Of port/canary.h."""

INSTRUCTIONS_A_BYTE = 7.1
CLIP_INSTRUCTIONS = 160_000_000
"""Of a clip of 5 s with the shipped model, at least."""


def turn_over(run: BoardRun, address: int, bit: int = 0) -> None:
    """Turn one bit of the board's memory over."""
    memory = run.machine.core.memory(address, 1)
    assert memory is not None
    memory[0] ^= 1 << bit


def send_clip(run: BoardRun, clip_id: int, flip: int | None = None) -> list[Message]:
    """Play the noise; after half of it, turn a bit of the byte at `flip` over. What came."""
    received = run.send(ClipBegin(clip_id), seconds=0.001)
    for at in range(0, len(SAMPLES), AUDIO_LIMIT_SAMPLES):
        if flip is not None and at >= len(SAMPLES) // 2:
            turn_over(run, flip, bit=at % 7)
            flip = None
        piece = SAMPLES[at : at + AUDIO_LIMIT_SAMPLES].tobytes()
        received += run.send(ClipAudio(piece), seconds=0.02)
    return received + run.send(ClipEnd(len(SAMPLES)), seconds=0.2)


def answer_of(messages: list[Message]) -> tuple[tuple[int, ...], int]:
    """Sums and decision of a clip that was answered."""
    result = messages[-1]
    assert isinstance(result, ClipResult)
    assert result.patches == sum(isinstance(one, PatchResult) for one in messages) >= 1
    return result.score_sums, result.decision


def check_of(run: BoardRun) -> Check:
    """What CHECK says."""
    (check,) = run.send(CheckRequest(), seconds=0.05)
    assert isinstance(check, Check)
    return check


def some_places(objects: ImageObjects, count: int) -> list[int]:
    """Addresses in the weights: first and last byte of all, and others between."""
    checked = objects.checked()
    ends = [checked[0][0], sum(checked[-1]) - 1]
    drawn = np.random.default_rng(11)
    while len(ends) < count:
        address, size = checked[int(drawn.integers(len(checked)))]
        ends.append(address + int(drawn.integers(size)))
    return ends


@pytest.mark.parametrize("board", BOARDS)
def test_a_clip_whose_weights_change_under_way_has_no_answer(
    tapped_projects: Projects, board: str
) -> None:
    """Nor has one after it, until the flash is as it was and the board has started again."""
    elf = elf_of(tapped_projects(board))
    objects = ImageObjects(elf)
    run = BoardRun(elf, board=board)
    assert not boot(run).flags & HelloFlag.WEIGHTS_DAMAGED
    right = answer_of(send_clip(run, 1))
    whole = check_of(run)
    assert whole.weights_crc_found == whole.weights_crc_generated == objects.crc_of_checked()
    assert whole.weights_bytes == sum(size for _, size in objects.checked())
    for number, place in enumerate(some_places(objects, 4 if board == "u585" else 2), start=2):
        before = objects.at(place, 1)
        refused = send_clip(run, number, flip=place)[-1]
        assert isinstance(refused, Refused)
        assert (refused.code, refused.clip_id) == (Refusal.WEIGHTS, number)
        assert check_of(run).weights_crc_found == refused.detail != whole.weights_crc_generated
        assert isinstance(send_clip(run, 100)[0], Refused)
        run.machine.reset()
        assert boot(run).flags & HelloFlag.WEIGHTS_DAMAGED
        memory = run.machine.core.memory(place, 1)
        assert memory is not None
        memory[0] = before[0]
        run.machine.reset()
        assert not boot(run).flags & HelloFlag.WEIGHTS_DAMAGED
        assert answer_of(send_clip(run, 101)) == right


def canary_places(objects: ImageObjects) -> dict[str, int]:
    """Address of each word beside the line's rings."""
    places: dict[str, int] = {}
    for ring in ("rx_ring", "tx_ring"):
        address, size = objects.symbols[ring]
        places |= {f"before {ring}": address, f"behind {ring}": address + size - 4}
    return places


@pytest.mark.parametrize("board", BOARDS)
def test_a_damaged_word_beside_a_ring_ends_the_run(tapped_projects: Projects, board: str) -> None:
    """The next HELLO names the word and what was found there; then all is as before."""
    elf = elf_of(tapped_projects(board))
    run = BoardRun(elf, board=board)
    boot(run)
    assert check_of(run).damaged_canaries == 0
    for place in canary_places(ImageObjects(elf)).values():
        turn_over(run, place + 2, bit=5)
        run.machine.run(seconds=BOOT_S)
        came = run.exchange(b"", 0.01)
        assert len(came) == 1, "the board did not start again"
        (restarted,) = came
        assert isinstance(restarted, Hello)
        assert restarted.nonce == BOOT_NONCE
        assert restarted.run_end == RunEnd.SELF_CHECK
        assert (restarted.end_address, restarted.end_status) == (place, CANARY ^ 0x20_0000)
        hello_of(run)
        answer_of(send_clip(run, 1))


def test_the_rings_lie_between_their_words(tapped_project: Path) -> None:
    """The DMA has the ring alone: the words are outside of what it was given."""
    objects = ImageObjects(elf_of(tapped_project))
    run = BoardRun(elf_of(tapped_project))
    boot(run)
    assert objects.symbols["rx_ring"][1] == 4096 + 8
    assert objects.symbols["tx_ring"][1] == 512 + 8
    for place in canary_places(objects).values():
        memory = run.machine.core.memory(place, 4)
        assert memory is not None
        assert int.from_bytes(memory.tobytes(), "little") == CANARY


MUTANTS = {
    "the end of a clip": Edit(
        "app/session.c",
        "    const struct outcome checked = check_weights();\n",
        "    const struct outcome checked = accepted;\n",
    ),
    "the comparison": Edit(
        "app/self_check.c", "if (crc != weights_crc_generated && !damaged) {", "if (false) {"
    ),
    "the last table": Edit(
        "library/weights.c",
        "i < weights_table_count; i++) {\n        crc",
        "i + 3u < weights_table_count; i++) {\n        crc",
    ),
    "the words beside the rings": Edit("app/main.c", "        self_check_rings();\n", ""),
}


@pytest.mark.parametrize("left_out", MUTANTS)
def test_firmware_that_does_not_look_is_found_out(
    left_out: str,
    tapped_project: Path,
    u585: BoardSpec,
    toolchain: Toolchain,
    tmp_path: Path,
) -> None:
    """Without one of its looks a test above fails: an answer comes, or nothing restarts."""
    project = tmp_path / "project"
    build_changed(tapped_project, project, (MUTANTS[left_out],), u585, toolchain)
    with pytest.raises(AssertionError):
        test_a_clip_whose_weights_change_under_way_has_no_answer(lambda _: project, "u585")
        test_a_damaged_word_beside_a_ring_ends_the_run(lambda _: project, "u585")


def test_a_look_at_all_weights_costs_little(
    boards: dict[str, BoardSpec], toolchain: Toolchain
) -> None:
    """As many instructions a byte as library/weights.h says; under 1 % of a clip of 5 s."""
    made = stored_firmware(boards["u585"], OWN_MODEL, toolchain=toolchain)
    elf = elf_of(made.image.project_dir)
    run = BoardRun(elf)
    run.machine.take_symbols(elf)
    meter = run.machine.watch("weights_crc")
    boot(run)
    check = check_of(run)
    at_start, at_request = meter.per_call_instructions
    assert at_start == at_request <= INSTRUCTIONS_A_BYTE * check.weights_bytes
    assert at_start < CLIP_INSTRUCTIONS / 100
