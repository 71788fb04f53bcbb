# SPDX-License-Identifier: Apache-2.0
"""project.json: written once, read by one reader, and never half believed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generator.boards.record import BoardSpec
from generator.errors import ToolError
from generator.firmware import make_project
from generator.network import Network
from generator.project.manifest import MANIFEST_FILE, Project, read_project


@pytest.fixture(scope="module")
def project(u585: BoardSpec, tiny: Network, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_project(u585, tiny, tmp_path_factory.mktemp("project"), taps=True)


def test_what_was_written_is_read(project: Project) -> None:
    assert read_project(project.directory) == project


@pytest.fixture
def copy(project: Project, tmp_path: Path) -> Path:
    shutil.copy(project.directory / MANIFEST_FILE, tmp_path / MANIFEST_FILE)
    return tmp_path


@pytest.mark.parametrize("content", ["", "{", "[]", '"u585"', "7", "null", "\xff"])
def test_what_is_no_manifest_is_refused(content: str, copy: Path) -> None:
    (copy / MANIFEST_FILE).write_text(content, encoding="latin-1")
    with pytest.raises(ToolError, match=r"holds no project.*\n.*mel2metal firmware"):
        read_project(copy)


def lose(key: str) -> Callable[[dict[str, Any]], object]:
    return lambda plain: plain.pop(key)


def put(key: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda plain: plain.update({key: value})


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        *((lose(key), key) for key in ("board", "labels", "rule", "taps", "model_sha256")),
        (put("colour", "red"), "colour"),
        (put("labels", "dog"), "labels"),
        (put("taps", 1), "taps"),
        (put("model_sha256", 7), "model_sha256"),
        (put("rule", {"head": "relu", "thresholds": [], "other": None}), "rule.head"),
        (put("rule", {"head": "softmax", "thresholds": [0], "other": None}), "1 thresholds for 3"),
        (put("rule", {"head": "softmax", "thresholds": [0, 0, 0], "other": 3}), "no class 3"),
        (put("operators", [{"index": 0}]), "operators.0"),
        (put("rule", {"head": "softmax", "thresholds": [0, 9**999, 0]}), "is no number of a file"),
    ],
)
def test_every_damage_is_told_with_its_place(
    damage: Callable[[dict[str, Any]], object], said: str, copy: Path
) -> None:
    plain = json.loads((copy / MANIFEST_FILE).read_text(encoding="utf-8"))
    damage(plain)
    (copy / MANIFEST_FILE).write_text(json.dumps(plain), encoding="utf-8")
    with pytest.raises(ToolError, match=said):
        read_project(copy)


def test_a_folder_without_a_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="holds no project"):
        read_project(tmp_path)
