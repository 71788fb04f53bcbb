# SPDX-License-Identifier: Apache-2.0
"""A family is one folder: nobody outside it names it, and none knows another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from generator.repository import REPO_ROOT
from hil.virtual.stm32.boards import FILES
from hil.virtual.stm32.chips import CHIPS, REVISIONS
from hil.virtual.stm32.families import FAMILIES
from tools.import_circles import find_modules, read_imports

STM32 = "hil.virtual.stm32"


def test_only_a_familys_own_folder_imports_it() -> None:
    imports = read_imports(find_modules(REPO_ROOT, ["cross_check", "hil"]))
    for family in FAMILIES:
        folder = f"{STM32}.{family}"
        outside = {
            importer
            for importer, imported in imports.items()
            if not importer.startswith(folder) and any(name.startswith(folder) for name in imported)
        }
        assert not outside, family


def test_each_chip_says_where_its_boards_stand() -> None:
    assert set(FILES) == set(CHIPS)
    assert all((REPO_ROOT / path).is_file() for path in FILES.values())
    assert {chip for chip, _ in REVISIONS} <= set(CHIPS)


def test_a_new_folder_is_a_new_family(tmp_path: Path) -> None:
    """A copy of a family under another name registers its boards and chips without more."""
    code = f"""
import shutil, sys
from pathlib import Path
import hil.virtual.stm32 as stm32
here, there = Path(stm32.__file__).parent, Path({str(tmp_path)!r}) / "stm32"
shutil.copytree(here, there)
shutil.copytree(there / "u5", there / "u9")
for name, old, new in (("boards.py", '"u5', '"u9'), ("chips.py", 'name="STM32U5', 'name="STM32U9')):
    file = there / "u9" / name
    file.write_text(file.read_text().replace(old, new).replace('chip="STM32U5', 'chip="STM32U9'))
stm32.__path__[:] = [str(there)]
from hil.virtual.machine import Machine
print(Machine("u985").chip.name, Machine("u585").chip.name)
"""
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPO_ROOT,
    )
    assert run.stdout.split() == ["STM32U985AI", "STM32U585AI"]
