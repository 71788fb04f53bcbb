# SPDX-License-Identifier: Apache-2.0
"""The installer of clang with libFuzzer: what it refuses, what it leaves behind. No network."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
from pathlib import Path

import pytest

from generator.errors import ToolError
from tools import fuzzer_install
from tools.fuzzer_install import PACKAGES, VERSION, install_fuzzer, main

APT_GET = """\
#!/bin/sh
# `apt-get download NAME=VERSION ...`
[ "$1" = download ] || exit 1
shift
for one; do printf %s "$one" > "${one%%=*}_1_amd64.deb"; done
"""
DPKG_DEB = """\
#!/bin/sh
# `dpkg-deb -x FILE FOLDER`: each of the packages holds the same here.
llvm="$3/usr/lib/llvm-14"
mkdir -p "$llvm/bin" "$llvm/lib/clang/14.0.6/lib/linux" "$3/usr/lib/x86_64-linux-gnu"
printf '#!/bin/sh\\nexit {code}\\n' > "$llvm/bin/clang"
chmod +x "$llvm/bin/clang"
touch "$3/usr/lib/x86_64-linux-gnu/libLLVM-14.so.1"
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty .tools, a machine that can have it, and no programs but those of a test."""
    tools = tmp_path / "tools"
    monkeypatch.setattr(fuzzer_install, "TOOLS_DIR", tools)
    monkeypatch.setattr(fuzzer_install, "TARGET", tools / "clang")
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return tmp_path


def offer(place: Path, monkeypatch: pytest.MonkeyPatch, *, code: int = 0) -> None:
    """Programs in apt's and dpkg's place; the packages are their own names."""
    (place / "bin").mkdir()
    for name, text in (("apt-get", APT_GET), ("dpkg-deb", DPKG_DEB.replace("{code}", str(code)))):
        (place / "bin" / name).write_text(text)
        (place / "bin" / name).chmod(0o755)
    hashes = {name: hashlib.sha256(f"{name}={VERSION}".encode()).hexdigest() for name in PACKAGES}
    monkeypatch.setattr(fuzzer_install, "PACKAGES", hashes)


def test_it_is_installed_once_and_starts(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(place, monkeypatch)
    assert install_fuzzer()
    target = place / "tools" / "clang"
    assert os.access(target / "bin" / "clang", os.X_OK)
    assert (target / "lib" / "libLLVM-14.so.1").is_file()
    assert not install_fuzzer()
    assert [one.name for one in (place / "tools").iterdir() if ".part-" in one.name] == []


def test_another_package_than_the_pinned_one_is_refused(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(place, monkeypatch)
    monkeypatch.setitem(fuzzer_install.PACKAGES, "libllvm14", "00")
    with pytest.raises(ToolError, match="is pinned to 00"):
        install_fuzzer()
    assert not (place / "tools" / "clang").exists()


def test_a_clang_that_does_not_run_here_is_not_left_behind(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(place, monkeypatch, code=127)
    with pytest.raises(ToolError, match="does not run on this machine"):
        install_fuzzer()
    assert not (place / "tools" / "clang").exists()


def test_a_machine_that_cannot_have_it_is_told(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert main([]) == 3
    assert "apt-get and dpkg-deb not found" in capsys.readouterr().err
    assert main(["--if-possible"]) == 0
    assert "built-in engine" in capsys.readouterr().err
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(ToolError, match="no build for Linux riscv64"):
        install_fuzzer()
