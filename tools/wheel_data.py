# SPDX-License-Identifier: Apache-2.0
"""What the wheel has beside the packages: files of the repository's root, in `generator/data`.

setuptools knows package data only inside of packages. The step `build_py` of this module
(pyproject.toml, tool.setuptools.cmdclass) adds the files below to it, so that each stands once in
git and `generator.repository` finds them in a checkout and in a wheel. An editable installation
gets none: it uses the checkout.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "generator"
FOLDER = "data"

PATTERNS = (
    "LICENSE",
    "NOTICE",
    "boards.yaml",
    "bench/*.json",
    "bench/budgets.yaml",
    "firmware_templates/**/*.*",
    "models/*.*",
    "requirements/cmsis-dsp.txt",
    "requirements/compiler.txt",
    "udev/*.rules",
)
"""The files, relative to the root of the repository."""

SOURCES_OF_THE_BUILD = ("tools/__init__.py", "tools/wheel_data.py")
"""What a source distribution needs besides, to build a wheel."""


def data_files(root: Path = ROOT) -> list[str]:
    """The files of PATTERNS, relative to `root`. Raises ValueError if a pattern has none."""
    found: set[str] = set()
    for pattern in PATTERNS:
        files = [path for path in root.glob(pattern) if path.is_file()]
        if not files:
            raise ValueError(f"{pattern}: no such file in {root}")
        found |= {path.relative_to(root).as_posix() for path in files}
    return sorted(found)


class BuildWithData(build_py):  # type: ignore[misc]
    """setuptools' step that puts the packages' files together, with those of `data_files`."""

    def _targets(self) -> dict[str, str]:
        """Source by target, both as paths; none for an editable installation."""
        folder = Path(self.build_lib) / PACKAGE / FOLDER
        return {} if self.editable_mode else {str(folder / name): name for name in data_files()}

    def run(self) -> None:
        """Begin with an empty folder, where files of an earlier build would stay; copy them too."""
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        for target, source in self._targets().items():
            self.mkpath(str(Path(target).parent))
            self.copy_file(source, target, preserve_mode=False)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """The files that the step makes."""
        return [*super().get_outputs(include_bytecode), *self._targets()]

    def get_source_files(self) -> list[str]:
        """What goes into a source distribution: the packages' files, and those of this step."""
        return [*super().get_source_files(), *data_files(), *SOURCES_OF_THE_BUILD]
