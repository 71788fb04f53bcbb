# SPDX-License-Identifier: Apache-2.0
"""docs/bring-your-own-model.md, walked: its own text is run, from the features to the board."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("tensorflow")

from generator.repository import REPO_ROOT
from tests.training.synthetic import write_folders

pytestmark = pytest.mark.slow

PAGE = (REPO_ROOT / "docs" / "bring-your-own-model.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The page's blocks of code in a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)


def run(command: list[str], folder: Path) -> str:
    """What a command prints; fails with all of it where it fails."""
    environment = {name: value for name, value in os.environ.items() if name[:4] != "MAKE"}
    environment["PYTHONPATH"] = str(REPO_ROOT)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def recipe_of(command: str) -> str:
    """What `make` would run for it, where everything is installed."""
    makefile = (REPO_ROOT / "environment.mk").read_text(encoding="utf-8")
    named = re.findall(r"^\w+ := (\.tools/\S+)$", makefile, re.M)
    named += re.findall(r"^\$\(VENV\)(/\.\w+):", makefile, re.M)
    present = [f".venv{one}" if one[0] == "/" else one for one in named]
    assert len(present) > 4, "the stamps of what is installed"
    olds = [part for one in present for part in ("-o", one)]
    return run(["make", "-n", "--no-print-directory", *olds, *shlex.split(command)[1:]], REPO_ROOT)


def make(command: str, folder: Path) -> str:
    """Run a `make` of the page on the files in `folder`; what it builds goes there as well."""
    target = shlex.split(command)[1]
    more = {
        "firmware": f"--out {folder}/build",
        "hil": f"--build-dir {folder}/build -k test_clips",  # the clips; not the other tests
    }
    recipe = recipe_of(command.replace("=my/", f"={folder}/my/"))
    recipe = re.sub(r"\\\s*\n", " ", recipe).strip()
    recipe = recipe.replace(".venv/bin/python", shlex.quote(sys.executable))
    return run(["sh", "-c", f"{recipe} {more.get(target, '')}"], REPO_ROOT)


def test_the_page_leads_from_features_to_the_board(tmp_path: Path) -> None:
    write_folders(tmp_path / "my" / "sounds", {"burst": 8, "chirp": 8, "tone": 8})
    (tmp_path / "my" / "train.py").write_text("\n".join(blocks("python")), encoding="utf-8")
    printed: dict[str, str] = {}
    for command in "".join(blocks("sh")).splitlines():
        first, *rest = shlex.split(command)
        if first == "make":
            printed[rest[0]] = make(command, tmp_path)
        elif first == "mel2metal":
            run([sys.executable, "-m", first, *rest], tmp_path)
        else:
            assert first == ".venv/bin/python", command
            printed["train"] = run([sys.executable, *rest], tmp_path)
    beside = {path.name for path in (tmp_path / "my").iterdir() if path.name.startswith("knock.")}
    table = re.findall(r"`(knock\.[\w.]+)`", PAGE.partition("## What stands beside")[2])
    assert beside == {"knock.tflite", *table} - {"knock.decision.yaml"}
    assert "the same class for 24 of 24 patches" in printed["train"]
    assert "u585: fits" in printed["inspect"]
    right, total = re.findall(r"all +│ +(\d+) │ +(\d+) │", printed["evaluate"])[0]
    assert (int(total), int(right) >= 20) == (24, True), printed["evaluate"]
    assert (tmp_path / "build" / "u585" / "out" / "mel2metal.elf").stat().st_size > 0
    assert "divergences: 0" in printed["hil"]
    (report,) = (tmp_path / "build" / "hil").rglob("details.json")
    assert json.loads(report.read_text())["clips_played"] == 2
