# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from generator.boards.record import BoardSpec
from generator.errors import InputError, ToolError
from generator.firmware import Firmware, check_fit, make_firmware, make_project
from generator.network import Network, read_network
from generator.project.c_text import FILTERS
from generator.project.manifest import read_project
from generator.toolchain.build import compile_project, run_make
from generator.toolchain.image_check import find_double_precision
from generator.toolchain.image_files import damaged_outputs
from generator.toolchain.locate import Toolchain
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def loaded(elf: Path, size: int, origin: int) -> bytes:
    memory = bytearray(b"\xff" * size)
    with elf.open("rb") as file:
        for segment in ELFFile(file).iter_segments():
            if segment["p_type"] == "PT_LOAD" and segment["p_filesz"]:
                offset = segment["p_paddr"] - origin
                memory[offset : offset + segment["p_filesz"]] = segment.data()
    return bytes(memory)


def decoded_hex(path: Path, size: int, origin: int) -> bytes:
    memory = bytearray(b"\xff" * size)
    base = 0
    for line in path.read_text().splitlines():
        record = bytes.fromhex(line[1:])
        count, address, kind = record[0], int.from_bytes(record[1:3], "big"), record[3]
        if kind == 4:
            base = int.from_bytes(record[4:6], "big") << 16
        elif kind == 0:
            offset = base + address - origin
            memory[offset : offset + count] = record[4 : 4 + count]
    return bytes(memory)


def test_elf_hex_and_bin_hold_the_same_flash(tiny_firmware: Firmware, u585: BoardSpec) -> None:
    image = tiny_firmware.image
    content = image.bin.read_bytes()
    assert loaded(image.elf, len(content), u585.flash.origin) == content
    assert decoded_hex(image.hex, len(content), u585.flash.origin) == content
    assert image.sha256 == hashlib.sha256(content).hexdigest()
    assert image.map.is_file()


def test_the_image_holds_labels_and_model_hash(tiny_firmware: Firmware) -> None:
    content = tiny_firmware.image.bin.read_bytes()
    assert bytes.fromhex(tiny_firmware.image.model_sha256) in content
    assert b"bark" in content


def test_the_project_builds_on_its_own_elsewhere_to_the_same_elf(
    tiny_firmware: Firmware, toolchain: Toolchain, tmp_path: Path
) -> None:
    image = tiny_firmware.image
    project = tmp_path / "a folder" / "moved"
    shutil.copytree(image.project_dir, project, ignore=shutil.ignore_patterns("out"))
    environment = {"PATH": os.environ["PATH"], "CROSS_COMPILE": toolchain.prefix}
    subprocess.run(["make", "-j2"], cwd=project, env=environment, check=True, capture_output=True)
    assert sha256(project / "out" / "mel2metal.elf") == sha256(image.elf)
    content = image.elf.read_bytes()
    assert str(image.project_dir).encode() not in content
    assert str(Path.home()).encode() not in content


def test_a_second_build_compiles_nothing(
    tiny_firmware: Firmware, u585: BoardSpec, tiny: Network, toolchain: Toolchain
) -> None:
    lines: list[str] = []
    out_dir = tiny_firmware.image.project_dir.parent
    again = make_firmware(u585, tiny, toolchain, out_dir=out_dir, on_progress=lines.append)
    assert again == tiny_firmware
    assert not [line for line in lines if line.startswith("  CC")]


OUTPUTS = ("mel2metal.elf", "mel2metal.hex", "mel2metal.bin", "mel2metal.map", "core/startup.o")


@pytest.mark.parametrize("damage", ["emptied", "cut", "changed"])
def test_damaged_outputs_are_built_anew(
    *,
    damage: str,
    tiny_firmware: Firmware,
    u585: BoardSpec,
    tiny: Network,
    toolchain: Toolchain,
    tmp_path: Path,
) -> None:
    """One of them alone and all together: the next build ends well, with the bytes of the first."""
    shutil.copytree(tiny_firmware.image.project_dir, tmp_path / "u585")
    out = tmp_path / "u585" / "out"
    good = {name: (out / name).read_bytes() for name in OUTPUTS}
    alone = {"emptied": "mel2metal.hex", "cut": "core/startup.o", "changed": "mel2metal.map"}
    for spoilt in ((alone[damage],), OUTPUTS):
        for name in spoilt:
            content = good[name]
            middle = len(content) // 2
            flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
            left = {"emptied": b"", "cut": content[:middle], "changed": flipped}[damage]
            (out / name).write_bytes(left)
        made = make_firmware(u585, tiny, toolchain, out_dir=tmp_path)
        assert made.image.sha256 == tiny_firmware.image.sha256
        assert {name: (out / name).read_bytes() for name in OUTPUTS} == good


@pytest.mark.parametrize("end", [".elf", ".hex", ".bin"])
def test_an_image_that_is_not_what_the_elf_loads_is_found_and_made_again(
    end: str, tiny_firmware: Firmware, u585: BoardSpec, toolchain: Toolchain, tmp_path: Path
) -> None:
    """As after a kill or a full disk: newer than all it is made from, so that make leaves it."""
    shutil.copytree(tiny_firmware.image.project_dir, tmp_path / "u585")
    output = tmp_path / "u585" / "out" / "mel2metal"
    assert damaged_outputs(output) == []
    path = output.with_suffix(end)
    content = path.read_bytes()
    changed = content[:9000] + bytes([content[9000] ^ 2]) + content[9001:]
    for spoilt in (b"", content[:-4], content[:5000], changed):
        path.write_bytes(spoilt)
        found = [one.suffix for one in damaged_outputs(output)]
        if end != ".elf":
            assert found == [end]
        else:  # unreadable, or of another flash than the two that were made from it
            assert found == ([".hex", ".bin"] if spoilt == changed else [".elf", ".hex", ".bin"])
    path.write_bytes(content[:5000])
    project = read_project(tmp_path / "u585")
    made = compile_project(project, u585, toolchain)
    assert made.sha256 == tiny_firmware.image.sha256
    assert path.read_bytes() == content


def test_an_elf_whose_sizes_are_beyond_it_is_damaged(
    tiny_firmware: Firmware, tmp_path: Path
) -> None:
    shutil.copytree(tiny_firmware.image.project_dir, tmp_path / "u585")
    output = tmp_path / "u585" / "out" / "mel2metal"
    elf = output.with_suffix(".elf")
    content = bytearray(elf.read_bytes())
    (first,) = struct.unpack_from("<I", content, 28)  # of the program headers
    struct.pack_into("<I", content, first + 16, 0xFFFF_FFF0)  # p_filesz
    elf.write_bytes(content)
    assert [one.suffix for one in damaged_outputs(output)] == [".elf", ".hex", ".bin"]


def test_a_hex_that_writes_elsewhere_or_goes_on_behind_its_end_is_damaged(
    tiny_firmware: Firmware, tmp_path: Path
) -> None:
    for path in (tiny_firmware.image.elf, tiny_firmware.image.hex, tiny_firmware.image.bin):
        shutil.copy2(path, tmp_path)
    path = tmp_path / "mel2metal.hex"
    lines = path.read_text().splitlines()
    elsewhere = [":02000004FFFFFC", ":0100000055AA"]
    for spoilt in ([*lines[:-1], *elsewhere, lines[-1]], [*lines, lines[1]], lines[:-1], ["x"]):
        path.write_text("\n".join(spoilt))
        assert damaged_outputs(tmp_path / "mel2metal") == [path]
    path.write_text("\n".join(lines))
    assert damaged_outputs(tmp_path / "mel2metal") == []


def test_an_objcopy_that_makes_nonsense_is_told(
    u585: BoardSpec, tiny_firmware: Firmware, toolchain: Toolchain, tmp_path: Path
) -> None:
    shutil.copytree(tiny_firmware.image.project_dir, tmp_path / "u585")
    makefile = tmp_path / "u585" / "Makefile"
    text = makefile.read_text().replace("$(OBJCOPY) -O binary $< $@", "echo full > $@")
    makefile.write_text(text)
    (tmp_path / "u585" / "out" / "mel2metal.bin").unlink()
    with pytest.raises(ToolError, match=r"mel2metal\.bin in .* do not hold what the ELF"):
        compile_project(read_project(tmp_path / "u585"), u585, toolchain)


def contents(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


def test_an_image_beyond_its_budget_leaves_nothing_and_takes_nothing(
    tiny_firmware: Firmware, u585: BoardSpec, tiny: Network, toolchain: Toolchain, tmp_path: Path
) -> None:
    """A byte less than it takes: only the linked image shows it."""
    taken = tiny_firmware.footprint.image.flash_bytes
    budgets = u585.budgets.model_copy(update={"image_flash_bytes": taken - 1})
    tight = u585.model_copy(update={"budgets": budgets})
    with pytest.raises(InputError, match=f"takes {taken} bytes, 1 more than"):
        make_firmware(tight, tiny, toolchain, out_dir=tmp_path)
    assert contents(tmp_path) == {}
    out_dir = tiny_firmware.image.project_dir.parent
    before = contents(out_dir)
    with pytest.raises(InputError, match="1 more than"):
        make_firmware(tight, tiny, toolchain, out_dir=out_dir)
    assert contents(out_dir) == before


def test_a_build_that_fails_leaves_nothing_and_takes_nothing(
    *,
    tiny_firmware: Firmware,
    u585: BoardSpec,
    tiny: Network,
    toolchain: Toolchain,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(FILTERS, "c_array", lambda *_: "#error broken")
    out_dir = tiny_firmware.image.project_dir.parent
    before = contents(out_dir)
    for folder in (tmp_path, out_dir):
        with pytest.raises(ToolError, match="the project u585 does not build"):
            make_firmware(u585, tiny, toolchain, out_dir=folder)
    assert contents(tmp_path) == {}
    assert contents(out_dir) == before


def test_an_edit_built_by_hand_is_refused_and_force_keeps_it(
    *,
    tiny_firmware: Firmware,
    u585: BoardSpec,
    tiny: Network,
    toolchain: Toolchain,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As a user works: an edit, make in the project, then the next `make firmware`."""
    project = tmp_path / "u585"
    shutil.copytree(tiny_firmware.image.project_dir, project)
    run_make(project, u585, toolchain)  # by hand, and nothing changed: no fault
    os.utime(project / "core" / "mem.c")
    run_make(project, u585, toolchain)
    make_firmware(u585, tiny, toolchain, out_dir=tmp_path)
    edited = (project / "core" / "mem.c").read_text() + "int answer = 42;\n"
    (project / "core" / "mem.c").write_text(edited)
    (project / "notes.txt").write_text("why 42")
    run_make(project, u585, toolchain)
    before = contents(tmp_path)
    with pytest.raises(InputError) as caught:
        make_firmware(u585, tiny, toolchain, out_dir=tmp_path)
    assert [Path(fault.where).relative_to(project).as_posix() for fault in caught.value.faults] == [
        *("core/mem.c", "notes.txt", "out/mel2metal.elf"),
    ]
    assert contents(tmp_path) == before
    again = make_firmware(u585, tiny, toolchain, out_dir=tmp_path, force=True)
    assert again.image.sha256 == tiny_firmware.image.sha256
    (kept,) = tmp_path.glob("u585.kept-*")
    assert (kept / "core" / "mem.c").read_text() == edited
    assert (kept / "notes.txt").read_text() == "why 42"
    assert str(kept) in capsys.readouterr().err
    subprocess.run(["sha256sum", "--quiet", "-c", "files.sha256"], cwd=project, check=True)


def test_so_many_compilers_run_as_were_asked_for(
    u585: BoardSpec, toolchain: Toolchain, tmp_path: Path
) -> None:
    """Two by default, however many cores there are."""
    (tmp_path / "Makefile").write_text("all:\n\t@echo flags $(MAKEFLAGS)\n")
    lines: list[str] = []
    run_make(tmp_path, u585, toolchain, lines.append)
    run_make(tmp_path, u585, toolchain, lines.append, jobs=3)
    assert "-j2" in lines[0]
    assert "-j3" in lines[1]


def test_more_operators_than_taps_can_name_are_refused_for_the_debug_variant_alone(
    u585: BoardSpec, tmp_path: Path
) -> None:
    builder = ModelBuilder(frames=16, bands=64).conv(4, stride=(2, 2))
    for _ in range(29):
        builder.conv(4, (1, 1))
    builder.head(classes=3)
    network = read_network(write_model(tmp_path / "deep.tflite", builder.to_bytes()))
    assert len(network.graph.operators) > 32
    check_fit(u585, network, taps=True)
    count = 8 * len(network.graph.operators)
    assert count > 256
    network = replace(network, plan=replace(network.plan, operator_count=count))
    check_fit(u585, network)
    with pytest.raises(InputError, match="operators; taps can name 255") as caught:
        check_fit(u585, network, taps=True)
    assert "build it without taps" in str(caught.value)


def test_another_compiler_compiles_everything_again(
    tiny_firmware: Firmware, u585: BoardSpec, toolchain: Toolchain, tmp_path: Path
) -> None:
    shutil.copytree(tiny_firmware.image.project_dir, tmp_path / "u585")
    (tmp_path / "u585" / "out" / "compiler.txt").write_text("arm-none-eabi-gcc 12.2\n")
    lines: list[str] = []
    compile_project(read_project(tmp_path / "u585"), u585, toolchain, lines.append)
    assert any("core/startup.c" in line for line in lines)


def test_a_source_that_does_not_compile_is_told_in_the_compilers_words(
    u585: BoardSpec, tiny: Network, toolchain: Toolchain, tmp_path: Path
) -> None:
    project = make_project(u585, tiny, tmp_path, taps=False)
    (project.directory / "core" / "mem.c").write_text("int broken(void) { return missing; }\n")
    with pytest.raises(ToolError, match="'missing' undeclared"):
        compile_project(project, u585, toolchain)


DOUBLE = """
double product(double a, double b) { return a * b; }
double moved(double a) { return a; }
float product_f32(float a, float b) { return a * b; }
"""


@pytest.mark.parametrize(("fpu", "found"), [("fpv5-d16", ["product"]), ("fpv5-sp-d16", [])])
def test_double_precision_instructions_are_found(
    toolchain: Toolchain, tmp_path: Path, fpu: str, found: list[str]
) -> None:
    source = tmp_path / "d.c"
    source.write_text(DOUBLE if found else DOUBLE.replace("a * b; }\ndouble m", "a; }\ndouble m"))
    elf = tmp_path / "d.elf"
    cpu = ["-mcpu=cortex-m7", "-mthumb", "-mfloat-abi=hard", f"-mfpu={fpu}"]
    link = ["-nostdlib", "-Wl,-e0", "-O2"]
    subprocess.run([toolchain.gcc, *cpu, *link, source, "-o", elf], check=True)
    assert [function for _, function in find_double_precision(elf)] == found


def test_an_image_with_double_precision_instructions_is_refused(
    tiny_firmware: Firmware, u585: BoardSpec, toolchain: Toolchain, tmp_path: Path
) -> None:
    shutil.copytree(tiny_firmware.image.project_dir, tmp_path / "u585")
    project = read_project(tmp_path / "u585")
    source = project.directory / "core" / "cpu.c"
    text = source.read_text()
    # As an object of another compiler could bring it along: VADD.F64 d0, d0, d1.
    hidden = '__attribute__((used, section(".text.kept"))) static void kept(void)'
    source.write_text(text + hidden + '{ __asm(".inst.w 0xee300b01"); }\n')
    script = project.directory / "link.ld"
    script.write_text(
        script.read_text().replace("(.text .text.*)", "(.text .text.*) KEEP(*(.text.kept))", 1)
    )
    with pytest.raises(ToolError, match=r"double-precision instructions.*in kept"):
        compile_project(project, u585, toolchain)
