# SPDX-License-Identifier: Apache-2.0
"""A tiny model on the three cores, on QEMU and on Unicorn; skipped without QEMU."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path

import numpy as np
import pytest

from cross_check.comparison import compare_runs
from cross_check.core_comparison import ComparisonInputs, compare_core, one_patch
from cross_check.image import FIRMWARE_METERS, Image, called_across, link, portable_sources
from cross_check.machines import MACHINES
from cross_check.on_qemu import count_instructions, run_on_qemu
from cross_check.on_unicorn import run_on_unicorn
from cross_check.program_output import Kind, RunError
from generator.boards.boards_file import load_boards
from generator.firmware import make_project
from generator.frontend.presets import YAMNET
from generator.host.twin import build_host_twin
from generator.network import Network
from generator.project.manifest import Project
from generator.repository import DEFAULT_BOARDS_FILE
from generator.toolchain.locate import Toolchain
from tests.cross_check.conftest import Compiled

pytestmark = pytest.mark.slow


@pytest.fixture(params=MACHINES)
def core(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def differences(image: Image, qemu: Path, other: Image | None = None) -> tuple[str, ...]:
    """Of a run on QEMU and one on Unicorn, of the same image or of another."""
    output = run_on_qemu(qemu, image)
    counts = count_instructions(image, output)
    unicorn = run_on_unicorn(other or image)
    return compare_runs(image.meters, (output, counts), unicorn).differences


def test_both_emulators_and_the_host_agree(
    core: str, qemu: Path, project: Project, tiny: Network, toolchain: Toolchain
) -> None:
    clips = (
        ("noise", one_patch(YAMNET, tiny.graph.frames * 3)),
        ("silence", np.zeros(4000, np.int16)),
    )
    twin = build_host_twin(project.directory)
    steps: list[str] = []
    comparison = compare_core(
        ComparisonInputs(tiny, project, clips, twin, qemu, toolchain), MACHINES[core], steps.append
    )
    assert comparison.differences == []
    assert comparison.qemu_instructions == comparison.unicorn_instructions > 1_000_000
    assert comparison.cells > comparison.host_cells > 16 * 64 * 3
    assert len(comparison.patch_instructions) == 3
    assert comparison.calls > 1000
    assert comparison.operations > 40
    assert bool(comparison.board) == (comparison.scenarios > 20)
    assert steps[1:3] == ["noise", "silence"]


def test_a_changed_sample_is_detected(core: str, qemu: Path, compiled: Compiled) -> None:
    """The emulators get different samples: the comparison must name the frame."""
    objects = compiled(core)
    samples = one_patch(YAMNET, 16)
    spoiled = samples.copy()
    spoiled[1000:1200] //= 2
    found = differences(
        link(objects, samples, FIRMWARE_METERS, "right"),
        qemu,
        link(objects, spoiled, FIRMWARE_METERS, "spoiled"),
    )
    assert any(difference.startswith("frame ") for difference in found)


def test_one_instruction_more_is_detected(qemu: Path, compiled: Compiled) -> None:
    """The same functions, one of them compiled for another core: equal bytes, other counts."""
    samples = one_patch(YAMNET, 16)
    image, other = (
        link(compiled(core), samples, FIRMWARE_METERS, "counts")
        for core in ("cortex-m4", "cortex-m7")
    )
    found = differences(image, qemu, other)
    assert found
    assert all("metered call" in difference for difference in found)


def test_readings_that_contradict_the_known_functions_are_refused(
    qemu: Path, compiled: Compiled
) -> None:
    image = link(compiled("cortex-m4"), one_patch(YAMNET, 1), (), "known")
    output = run_on_qemu(qemu, image)
    count_instructions(image, output)
    ticks = list(output.call_ticks)
    ticks[1] += 16  # five instructions
    with pytest.raises(RunError, match="calibration_7 has 7 instructions and took 12"):
        count_instructions(image, dataclasses.replace(output, call_ticks=tuple(ticks)))


def test_every_layer_and_every_function_between_objects_is_there(
    qemu: Path, compiled: Compiled, project: Project
) -> None:
    objects = compiled("cortex-m33", taps=True)
    meters = called_across(objects)
    assert {"transform_magnitude_q31", "pointwise_relu_row_u8", "complex_transform"} <= set(meters)
    output = run_on_qemu(qemu, link(objects, one_patch(YAMNET, 16), meters, "layers"))
    seen = {record.index for record in output.records if record.kind is Kind.LAYER}
    assert seen == {operator.index for operator in project.info.operators}


def test_what_is_portable_is_the_same_for_every_board(
    tiny: Network, project: Project, tmp_path: Path
) -> None:
    for board in load_boards(DEFAULT_BOARDS_FILE).values():
        other = make_project(board, tiny, tmp_path, taps=False)
        names = portable_sources(other)
        assert names == portable_sources(project)
        for name in names:
            there = (other.directory / name).read_bytes()
            assert there == (project.directory / name).read_bytes(), f"{name} of {board.id}"


def test_objects_are_those_of_the_firmware(
    project: Project, toolchain: Toolchain, compiled: Compiled
) -> None:
    """What make writes for the board, and what it writes for QEMU's machine, byte for byte."""
    names = ("frontend/mel.o", "network/network.o", "network/kernels/pointwise_relu.o")
    subprocess.run(
        ["make", "-s", f"CROSS_COMPILE={toolchain.prefix}", *(f"out/{name}" for name in names)],
        cwd=project.directory,
        check=True,
    )
    objects = compiled("cortex-m33")
    for name in names:
        for_board = (project.directory / "out" / name).read_bytes()
        assert for_board == (objects.folder / name).read_bytes(), name
