# SPDX-License-Identifier: Apache-2.0
"""The digest of the training code covers what a trained network depends on, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator.repository import REPO_ROOT
from tools.import_circles import find_modules, read_imports
from training import prepare
from training.prepare import HASHED_CODE, digest_of_code, hashed_sources

PACKAGES = ("cross_check", "generator", "hil", "scoring", "sounds", "tools", "training")

NOT_COVERED_BY_PURPOSE = {
    "generator.errors": "messages",
    "generator.extras": "messages",
    "generator.locks": "file locks",
    "generator.repository": "paths",
    "generator.yaml_lines": "reading of the configuration, which is hashed itself",
    "generator.model.labels": "checks of names, which are hashed with the clips",
    "generator.model.decision": "thresholds are applied again to saved scores",
    "generator.model.decision_file": "the same",
    **{
        f"generator.frontend.{name}": "the front-end's record, of which the output is hashed"
        for name in ("checks", "presets", "record", "record_file", "record_text")
    },
    "generator.frontend.layout": "refuses records that do not belong to a finished model",
    "generator.frontend.saturation": "a warning about finished decisions",
    "generator.model.tflite_reader": "reads finished models",
    "generator.host.twin": "the front-end, of which the output is hashed",
    "generator.host.frontend_twin": "the same",
    "generator.host.model_twin": "equal to LiteRT bit for bit, by a test",
}
"""Modules that the hashed code imports and that are not hashed, with the reason."""


def copy_sources(folder: Path) -> Path:
    for entry in HASHED_CODE:
        source, target = REPO_ROOT / entry, folder / entry
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_file():
            shutil.copy(source, target)
        else:
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_the_digest_covers_every_module_that_the_training_code_imports() -> None:
    modules = find_modules(REPO_ROOT, PACKAGES)
    imports = read_imports(modules)
    hashed = set(hashed_sources())
    for name, path in modules.items():
        if path.relative_to(REPO_ROOT).as_posix() not in hashed:
            continue
        for imported in imports[name] - NOT_COVERED_BY_PURPOSE.keys():
            source = modules[imported].relative_to(REPO_ROOT).as_posix()
            known = hashed | prepare.NOT_HASHED
            assert source in known, f"{name} imports {imported}: add {source} to HASHED_CODE"


def test_the_digest_depends_on_the_training_code_only(tmp_path: Path) -> None:
    root = copy_sources(tmp_path)
    first = digest_of_code(root)
    assert first == digest_of_code(REPO_ROOT)
    for name in ("training/tables.py", "training/card_text.py", "sounds/fetch_esc50.py"):
        (root / name).write_text("# changed\n")
    assert digest_of_code(root) == first
    for name in ("training/fit.py", "training/augment.py", "sounds/decode.py", "sounds/new.py"):
        (root / name).write_text(f"# changed: {name}\n")
        changed = digest_of_code(root)
        assert changed != first, name
        first = changed


def test_a_folder_or_file_that_has_moved_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copy_sources(tmp_path)
    monkeypatch.setattr(prepare, "HASHED_CODE", (*HASHED_CODE, "learning"))
    with pytest.raises(ValueError, match="learning: no source to hash"):
        digest_of_code(root)
    monkeypatch.undo()
    (root / "training" / "tables.py").unlink()
    with pytest.raises(ValueError, match=r"not there: training/tables\.py"):
        digest_of_code(root)
