# SPDX-License-Identifier: Apache-2.0
"""The browser's installer: what it refuses, what it says, what it leaves behind. No network."""

from __future__ import annotations

import os
import platform
import shutil
import tarfile
from pathlib import Path

import pytest

from generator.errors import ToolError
from tools import browser_install
from tools.browser_install import install_browser, main

NPM = """\
#!/bin/sh
# `npm pack PACKAGE --ignore-scripts --silent --pack-destination=FOLDER`
[ "$1" = pack ] && cp "{archive}" "${{5#--pack-destination=}}/package.tgz"
"""
NODE = """\
#!/bin/sh
# `node -e PROGRAM FILE.br ...`: these files were never packed.
shift 2
for one; do cp "$one" "${one%.br}"; done
"""
BROWSER = '#!/bin/sh\n[ "$1" = --version ] && echo "Chromium 1" && exit {code}\n'


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty .tools, a machine that can have it, and no program but those of a test."""
    tools = tmp_path / "tools"
    monkeypatch.setattr(browser_install, "TOOLS_DIR", tools)
    monkeypatch.setattr(browser_install, "TARGET", tools / "chromium")
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setattr(shutil, "which", lambda name: str(tmp_path / "bin" / name))
    return tmp_path


def offer(place: Path, monkeypatch: pytest.MonkeyPatch, *, code: int = 0) -> None:
    """A package, and programs in npm's and node's place that fetch and unpack it."""
    content = place / "content" / "package" / "bin"
    content.mkdir(parents=True)
    (content / "chromium.br").write_text(BROWSER.format(code=code))
    for name in ("al2023", "fonts", "swiftshader"):
        with tarfile.open(content / f"{name}.tar.br", "w") as tar:
            (place / f"of-{name}").write_text(name)
            tar.add(place / f"of-{name}", arcname=f"of-{name}")
    archive = place / "package.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(content.parent, arcname="package")
    (place / "bin").mkdir()
    for name, text in (("npm", NPM.format(archive=archive)), ("node", NODE)):
        (place / "bin" / name).write_text(text)
        (place / "bin" / name).chmod(0o755)
    monkeypatch.setattr(browser_install, "SHA512", browser_install.sha512_of(archive))


def test_it_is_installed_once_and_starts(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(place, monkeypatch)
    assert install_browser()
    target = place / "tools" / "chromium"
    assert os.access(target / "chromium", os.X_OK)
    assert str(target / "fonts") in (target / "fonts" / "fonts.conf").read_text()
    assert not list(target.glob("*.br")) and not list(target.glob("*.tar"))
    assert not install_browser()
    assert [one.name for one in (place / "tools").iterdir() if ".part-" in one.name] == []


def test_another_package_than_the_pinned_one_is_refused(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(place, monkeypatch)
    monkeypatch.setattr(browser_install, "SHA512", "AAAA")
    with pytest.raises(ToolError, match="is pinned to AAAA"):
        install_browser()
    assert not (place / "tools" / "chromium").exists()


def test_a_browser_that_does_not_run_here_is_not_left_behind(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(place, monkeypatch, code=127)
    with pytest.raises(ToolError, match="does not run on this machine"):
        install_browser()
    assert not (place / "tools" / "chromium").exists()


def test_a_machine_without_a_build_or_without_npm_is_told(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert main([]) == 3
    assert "npm and node not found" in capsys.readouterr().err
    assert main(["--if-possible"]) == 0
    assert "npm and node not found" in capsys.readouterr().err
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(ToolError, match="no build for Linux riscv64"):
        install_browser()
