# SPDX-License-Identifier: Apache-2.0
"""The library alone: what is in it, and what a foreign firmware hears with it."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from generator.boards.record import BoardSpec
from generator.cli import main
from generator.errors import InputError
from generator.host.continuous_twin import build_continuous_twin
from generator.library_package import ARCHIVE, HEADER, LibraryPackage, make_library
from generator.model.event_rule import EventKind
from generator.network import Network
from generator.project.target_flags import target_flags
from generator.toolchain.locate import Toolchain
from hil.virtual.machine import Machine
from tests.support.firmware_store import stored_firmware
from tests.support.foreign_firmware import HERE, foreign_samples, link_foreign

pytestmark = pytest.mark.slow

FILES = {
    *("LICENSE", "NOTICE", "README.md", "files.sha256", HEADER, ARCHIVE),
    "lib/cmake/mel2metal/mel2metal-config.cmake",
    "lib/cmake/mel2metal/mel2metal-config-version.cmake",
}
FUNCTIONS = {"m2m_begin", "m2m_push", "m2m_score_permille", "m2m_weights_intact"}
NAMES = FUNCTIONS | {"m2m_class_names"}


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, u585: BoardSpec, tiny: Network, toolchain: Toolchain
) -> LibraryPackage:
    return make_library(u585, tiny, toolchain, out_dir=tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def elf(
    made: LibraryPackage, tmp_path_factory: pytest.TempPathFactory, toolchain: Toolchain
) -> Path:
    return link_foreign(made.directory, tmp_path_factory.mktemp("foreign"), "cortex-m33", toolchain)


@pytest.fixture(scope="module")
def machine(elf: Path) -> Machine:
    """After the foreign firmware has heard its sound."""
    machine = Machine("u585")
    machine.load_elf(elf)
    for _ in range(100):
        machine.run(seconds=1.0)
        if word(machine, "done"):
            return machine
    raise AssertionError("the firmware does not come to its end")


def word(machine: Machine, name: str) -> int:
    return machine.core.word(machine.symbols.addresses[name])


def memory(machine: Machine, name: str, count: int) -> bytes:
    found = machine.core.memory(machine.symbols.addresses[name], count)
    return bytes(found) if found is not None else b""


def files_of(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_the_package_holds_these_files_and_its_list_of_them(made: LibraryPackage) -> None:
    assert made.directory.name == "u585-library"
    assert set(files_of(made.directory)) == FILES
    command = ["sha256sum", "--quiet", "-c", "files.sha256"]
    subprocess.run(command, cwd=made.directory, check=True)


def test_the_header_has_no_board_half(made: LibraryPackage) -> None:
    header = (made.directory / HEADER).read_text()
    called = set(re.findall(r"\b(m2m_\w+)\(", header))
    assert called == FUNCTIONS
    assert "#include <" in header
    assert '#include "' not in header
    assert "M2M_CLASS_BARK = 0" in header
    assert 'extern "C"' in header


def test_the_archive_defines_the_headers_names_and_no_others(
    made: LibraryPackage, tmp_path: Path
) -> None:
    content = (made.directory / ARCHIVE).read_bytes()
    assert content.startswith(b"!<arch>\n")
    start = content.index(b"\x7fELF")
    (tmp_path / "one.o").write_bytes(content[start:])
    with (tmp_path / "one.o").open("rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        assert isinstance(table, SymbolTableSection)
        names = {
            symbol.name: symbol["st_shndx"] != "SHN_UNDEF"
            for symbol in table.iter_symbols()
            if symbol["st_info"]["bind"] == "STB_GLOBAL"
        }
    assert {name for name, defined in names.items() if defined} == NAMES
    assert {name for name, defined in names.items() if not defined} == set(made.needs)
    assert {"memcpy", "memset"} <= set(made.needs)
    assert all(name.startswith(("mem", "__aeabi_")) for name in made.needs)


@pytest.mark.skipif(shutil.which("ar") is None, reason="there is no ar")
def test_another_ar_reads_the_archive(made: LibraryPackage) -> None:
    archive = str(made.directory / ARCHIVE)
    listed = subprocess.run(["ar", "t", archive], capture_output=True, text=True, check=True)
    assert listed.stdout.split() == ["mel2metal.o"]
    index = subprocess.run(["nm", "-s", archive], capture_output=True, text=True, check=False)
    assert set(re.findall(r"^(\w+) in mel2metal\.o$", index.stdout, re.M)) == NAMES


def test_a_foreign_firmware_hears_what_the_host_hears(
    machine: Machine, u585: BoardSpec, tiny_path: Path, toolchain: Toolchain
) -> None:
    project = stored_firmware(u585, tiny_path, toolchain=toolchain).image.project_dir
    twin = build_continuous_twin(project)
    rate_hz = twin.project.info.frontend.sample_rate_hz
    heard = twin.run(foreign_samples(rate_hz))
    steps = [step for step in heard.steps if step.scores is not None]
    assert len(steps) > 10
    count = word(machine, "patch_count")
    content = memory(machine, "patches", 20 * count)
    kept = [struct.unpack_from("<I16b", content, 20 * index) for index in range(count)]
    assert [one[0] for one in kept] == [1000 * step.sample // rate_hz for step in steps]
    for one, step in zip(kept, steps, strict=True):
        assert step.scores is not None
        assert np.array_equal(one[1 : 1 + twin.classes], step.scores)
    assert len({one[1:] for one in kept}) > 1
    count = word(machine, "event_count")
    content = memory(machine, "events", 16 * count)
    told = [struct.unpack_from("<4I", content, 16 * index) for index in range(count)]
    assert told == [
        (
            0 if event.kind is EventKind.BEGINS else 1,
            event.label,
            ((event.score + 128) * 1000 + 128) // 256,
            1000 * event.sample // rate_hz,
        )
        for event in heard.events
    ]


def test_a_call_out_of_order_is_an_error(machine: Machine) -> None:
    content = memory(machine, "errors", 12)
    assert struct.unpack("<3i", content) == (-1, 0, -2)  # not begun; none; from a callback


@pytest.mark.skipif(shutil.which("cmake") is None, reason="there is no CMake")
def test_cmake_finds_the_package(
    made: LibraryPackage, tmp_path: Path, toolchain: Toolchain, elf: Path
) -> None:
    libgcc = toolchain.libgcc(target_flags("cortex-m33").cpu)
    configure = [
        *("cmake", "-S", str(HERE), "-B", str(tmp_path), "-DCMAKE_SYSTEM_NAME=Generic"),
        *(f"-DCMAKE_C_COMPILER={toolchain.gcc}", f"-DCMAKE_PREFIX_PATH={made.directory}"),
        *(f"-DLIBGCC={libgcc}", "-DCMAKE_SYSTEM_PROCESSOR=arm"),
    ]
    done = subprocess.run(configure, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    build = ["cmake", "--build", str(tmp_path)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with (tmp_path / "foreign.elf").open("rb") as ours, elf.open("rb") as other:
        texts = [ELFFile(file).get_section_by_name(".text") for file in (ours, other)]
    assert texts[0] is not None
    assert texts[1] is not None
    assert texts[0].data_size > 0.9 * texts[1].data_size


def test_the_same_input_gives_the_same_bytes_and_a_users_file_is_not_lost(
    made: LibraryPackage, u585: BoardSpec, tiny: Network, toolchain: Toolchain, tmp_path: Path
) -> None:
    again = make_library(u585, tiny, toolchain, out_dir=tmp_path / "elsewhere", jobs=1)
    assert files_of(again.directory) == files_of(made.directory)
    notes = again.directory / "include" / "notes.txt"
    notes.write_text("mine")
    with pytest.raises(InputError, match=r"notes\.txt: was not written by mel2metal"):
        make_library(u585, tiny, toolchain, out_dir=tmp_path / "elsewhere")
    assert notes.read_text() == "mine"


def test_the_faults_of_board_and_model_come_together(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["library", "--board", "u5", "--model", str(tmp_path / "no"), "--jobs", "0"]
    assert main([*words, "--out", str(tmp_path)]) == 2
    assert "3 faults" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
