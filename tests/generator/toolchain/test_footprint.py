# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import dataclasses
import io
import json

import pytest
from rich.console import Console

from generator.boards.record import BoardSpec
from generator.errors import InputError
from generator.firmware import Firmware
from generator.model.published import MODEL_SHA256
from generator.network import Network
from generator.terminal.footprint_table import print_footprint
from generator.toolchain.footprint import Footprint, check_budgets, kept_stack_bound, read_footprint

NETWORK_KEYS = [
    *("activation_ram_bytes", "runtime_ram_bytes", "weights_flash_bytes"),
    *("code_flash_bytes", "total_ram_bytes", "total_flash_bytes"),
]


@pytest.fixture
def footprint(tiny_firmware: Firmware) -> Footprint:
    return tiny_firmware.footprint


def test_the_file_has_the_keys_that_others_read(tiny_firmware: Firmware) -> None:
    path = tiny_firmware.image.project_dir / "footprint.json"
    written = json.loads(path.read_text())
    assert list(written) == ["network", "image", "by_part", "stack"]
    assert list(written["network"]) == NETWORK_KEYS
    assert list(written["image"]) == ["ram_bytes", "flash_bytes", "stack_bytes"]
    assert written["by_part"]["network"]["ram_bytes"] > 0
    assert path.read_text() == tiny_firmware.footprint.to_json()


def test_the_arena_is_what_the_schedule_planned(footprint: Footprint, tiny: Network) -> None:
    assert footprint.network.activation_ram_bytes == tiny.schedule.arena_bytes
    assert 0 <= footprint.network.runtime_ram_bytes < 1024


def test_weights_are_what_the_plan_counted(footprint: Footprint, tiny: Network) -> None:
    surplus = footprint.network.weights_flash_bytes - tiny.plan.weights_flash_bytes
    assert 0 <= surplus < 1024


def test_the_bill_adds_up(footprint: Footprint, tiny_firmware: Firmware) -> None:
    parts, image = footprint.by_part.values(), footprint.image
    assert sum(part.flash_bytes for part in parts) == image.flash_bytes
    assert image.flash_bytes == tiny_firmware.image.bin.stat().st_size
    assert sum(part.ram_bytes for part in parts) + image.stack_bytes == pytest.approx(
        image.ram_bytes, abs=64
    )
    network = footprint.network
    assert network.total_ram_bytes == network.activation_ram_bytes + network.runtime_ram_bytes
    assert network.total_flash_bytes == network.weights_flash_bytes + network.code_flash_bytes


def test_no_help_of_libgcc_is_linked(footprint: Footprint) -> None:
    """No double, no 64-bit division: every helper would be slow on the target."""
    assert footprint.by_part["libgcc"].flash_bytes == 0


def test_the_stack_is_the_boards(footprint: Footprint, u585: BoardSpec) -> None:
    assert footprint.image.stack_bytes == u585.budgets.stack_bytes


def test_every_exceeded_budget_is_told(footprint: Footprint, u585: BoardSpec) -> None:
    check_budgets(footprint, u585)
    budgets = u585.budgets.model_copy(
        update={"image_ram_bytes": 1, "image_flash_bytes": 2, "activation_ram_bytes": 3}
    )
    with pytest.raises(InputError) as caught:
        check_budgets(footprint, u585.model_copy(update={"budgets": budgets}))
    assert len(caught.value.faults) == 3


def test_the_table_shows_the_published_columns(footprint: Footprint, u585: BoardSpec) -> None:
    console = Console(file=io.StringIO(), width=120)
    print_footprint(console, footprint, u585, model_sha256=MODEL_SHA256)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for shown in ("193.65", "117.18", "published by ST", "network_weights"):
        assert shown in text


def test_published_columns_stand_beside_no_other_model(
    footprint: Footprint, u585: BoardSpec
) -> None:
    console = Console(file=io.StringIO(), width=120)
    print_footprint(console, footprint, u585, model_sha256="ab" * 32)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "network_weights" in text
    for absent in ("X-CUBE-AI", "published", "193.65"):
        assert absent not in text


def test_measuring_twice_gives_the_same(tiny_firmware: Firmware) -> None:
    image = tiny_firmware.image
    kept = kept_stack_bound(image.project_dir / "footprint.json")
    again = dataclasses.replace(read_footprint(image.elf, image.bin.stat().st_size), stack=kept)
    assert dataclasses.asdict(again) == dataclasses.asdict(tiny_firmware.footprint)
