# SPDX-License-Identifier: Apache-2.0
"""The front-end's C, rendered and compiled for the tests: library, sanitised program, target."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.frontend.mel_tables import MelTables
from generator.frontend.transform_tables import CMSIS_DSP_SOURCES
from generator.host.compile import UNDEFINED_BEHAVIOUR
from generator.model.patches import patch_rule
from generator.project.render import make_environment, render_files
from generator.project.target_flags import WARNINGS, target_flags
from generator.repository import TEMPLATES_DIR
from generator.toolchain.locate import find_cmsis_dsp, find_host_cc, find_toolchain
from tests.frontend.fake_clip import FRAMES

HERE = Path(__file__).parent

OURS = ("-std=c11", *WARNINGS)
THEIRS = ("-std=gnu11", "-w")
HOST_INCLUDES = (
    *("-I.", "-Ifake", "-isystem", "host", "-isystem", "cmsis_dsp/Include"),
    *("-isystem", "cmsis_dsp/PrivateInclude"),
)
SANITIZERS = (
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"),
)
LEFT_SHIFTS_OF_NEGATIVES = ("-fno-sanitize=shift",)
"""CMSIS-DSP doubles negative numbers by `<<`, which C leaves undefined and every compiler defines.
Its sums stay checked: the front-end's headroom must keep them from overflowing."""

PROBES = ("probe_mel", "probe_reset", "probe_push", "probe_transform")
ENTRY_ADDRESS, RAM_ADDRESS = 0x0800_0000, 0x2000_0000
LISTENER = ("library/listener.c", "library/decision.c")
MORE = (
    *("library/listener.h", "library/decision.h", "host/cmsis_compiler.h"),
    *("core/mem.c", "library/cycles.h"),
)


@dataclass(frozen=True, slots=True)
class Sources:
    """Rendered front-end and listener in one folder, with the tests' own C beside it."""

    directory: Path
    frontend: tuple[str, ...]
    cmsis_dsp: tuple[str, ...]


def write_sources(directory: Path, tables: MelTables) -> Sources:
    """Render what the front-end needs into `directory`."""
    files = render_files(
        board=None,
        info=None,
        stages={"mel": tables},
        cmsis_dsp_dir=find_cmsis_dsp(),
        folders=("cmsis_dsp", "frontend"),
    )
    for path, content in files.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(content)
    for path in (*LISTENER, *MORE):
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TEMPLATES_DIR / path, directory / path)
    patches = make_environment().get_template("library/patches.h.j2")
    header = patches.render(patches=patch_rule(FRAMES))
    (directory / "library" / "patches.h").write_text(header, encoding="utf-8")
    shutil.copytree(HERE / "fake", directory / "fake", dirs_exist_ok=True)
    frontend = tuple(sorted(p for p in files if p.startswith("frontend/") and p.endswith(".c")))
    return Sources(directory, frontend, tuple(f"cmsis_dsp/{name}" for name in CMSIS_DSP_SOURCES))


def build_library(sources: Sources) -> ctypes.CDLL:
    """The front-end and the listener over a fake network, as a library of this machine."""
    ours = (*sources.frontend, *LISTENER, "fake/network/network.c", "fake/probe.c")
    compiler, options = find_host_cc(), ("-O2", "-fPIC", *HOST_INCLUDES)
    objects = _compile(sources, compiler, ours, (*OURS, *options))
    objects += _compile(sources, compiler, sources.cmsis_dsp, (*THEIRS, "-fwrapv", *options))
    library = sources.directory / "frontend.so"
    _run([*compiler, "-shared", *objects, "-o", str(library)], sources.directory)
    return ctypes.CDLL(str(library))


def build_spectrum_library(sources: Sources) -> ctypes.CDLL:
    """Window, transform and bank, under UBSan: overflow in CMSIS-DSP's sums ends the process."""
    names = ("window", "transform", "complex_transform", "integer_sqrt", "mel_t", "filterbank")
    stages = tuple(f"frontend/{name}" for name in names)
    ours = tuple(path for path in sources.frontend if path.startswith(stages))
    compiler = find_host_cc()
    options = ("-O1", "-fPIC", *HOST_INCLUDES, *UNDEFINED_BEHAVIOUR)
    objects = _compile(sources, compiler, ours, (*OURS, *options))
    library_options = (*THEIRS, *options, *LEFT_SHIFTS_OF_NEGATIVES)
    objects += _compile(sources, compiler, sources.cmsis_dsp, library_options)
    library = sources.directory / "spectrum.so"
    link = [*compiler, "-shared", *UNDEFINED_BEHAVIOUR, *objects, "-o", str(library)]
    _run(link, sources.directory)
    return ctypes.CDLL(str(library))


def build_sanitised_program(sources: Sources) -> Path:
    """A program that reads samples and writes frames, under AddressSanitizer and UBSan."""
    ours = (*sources.frontend, *LISTENER, "fake/network/network.c", "fake/stream_main.c")
    compiler, options = find_host_cc(), ("-O1", "-g", *HOST_INCLUDES, *SANITIZERS)
    objects = _compile(sources, compiler, ours, (*OURS, *options))
    library_options = (*THEIRS, *options, *LEFT_SHIFTS_OF_NEGATIVES)
    objects += _compile(sources, compiler, sources.cmsis_dsp, library_options)
    program = sources.directory / "stream"
    _run([*compiler, *SANITIZERS, *objects, "-o", str(program)], sources.directory)
    return program


def run_program(program: Path, samples: NDArray[np.int16], piece: int) -> NDArray[np.int8]:
    """The frames, int8 [n, 64], that the program gives for samples pushed `piece` at a time."""
    command = [str(program), str(piece)]
    content = samples.astype("<i2").tobytes()
    done = subprocess.run(command, input=content, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return np.frombuffer(done.stdout, dtype=np.int8).reshape(-1, 64)


def build_target_image(sources: Sources, core: str = "cortex-m33") -> Path:
    """The front-end for the target with the firmware's flags, linked bare at fixed addresses."""
    toolchain, flags = find_toolchain(), target_flags(core)
    options = (*flags.cpu, *flags.language, *flags.optimisation, *flags.sections, *flags.includes)
    compiler = (str(toolchain.gcc),)
    ours = (*sources.frontend, "core/mem.c", "fake/probe.c")
    objects = _compile(sources, compiler, ours, (*options, *flags.warnings, "-Ifake"), "target_")
    objects += _compile(
        sources, compiler, sources.cmsis_dsp, (*options, *flags.cmsis_warnings), "target_"
    )
    script = sources.directory / "target.ld"
    script.write_text(
        "ENTRY(probe_mel)\nSECTIONS\n{\n"
        f"    .text {ENTRY_ADDRESS:#x} : {{ *(.text .text.* .rodata .rodata.*) }}\n"
        f"    .bss {RAM_ADDRESS:#x} : {{ *(.data .data.* .bss .bss.* COMMON) }}\n"
        "    /DISCARD/ : { *(.ARM.exidx*) *(.ARM.attributes) }\n}\n"
    )
    image = sources.directory / "frontend.elf"
    keep = [f"-Wl,-u,{name}" for name in PROBES]
    libgcc = str(toolchain.libgcc(flags.cpu))
    link = [*compiler, *flags.cpu, *flags.link, *keep, "-T", script.name, *objects, libgcc]
    _run([*link, "-o", image.name], sources.directory)
    return image


def _compile(
    sources: Sources,
    compiler: Sequence[str],
    paths: Sequence[str],
    options: Sequence[str],
    prefix: str = "",
) -> list[str]:
    objects = []
    for path in paths:
        target = prefix + path.replace("/", "_").removesuffix(".c") + ".o"
        _run([*compiler, *options, "-c", path, "-o", target], sources.directory)
        objects.append(target)
    return objects


def _run(command: Sequence[str], directory: Path) -> None:
    done = subprocess.run(
        command, cwd=directory, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stderr}"
