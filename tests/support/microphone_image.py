# SPDX-License-Identifier: Apache-2.0
"""An image of `core/` and `port/` that hears the board's microphone, and keeps its words."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

from generator.boards.port import make_port
from generator.boards.record import BoardSpec
from generator.boards.registry import family_of
from generator.project.render import make_environment, scan_templates
from generator.project.target_flags import target_flags
from generator.repository import TEMPLATES_DIR
from generator.toolchain.locate import Toolchain

RATE_HZ = 16_000
NEEDED_BY_CORE = ("library/crc32.c", "library/crc32.h")
PARTS = ("core", "port", "library", "app")

MAIN = r"""
#include "core/cpu.h"
#include "core/fault.h"
#include "port/clock.h"
#include "port/microphone.h"
#include "port/uart.h"

#ifndef KEPT_WORDS
#define KEPT_WORDS 4000u
#endif
#ifndef DEAF_AFTER_WORDS
#define DEAF_AFTER_WORDS UINT32_MAX
#endif
#ifndef DEAF_MS
#define DEAF_MS 0u
#endif

int32_t kept[KEPT_WORDS];
volatile uint32_t kept_words, heard_words, lost_words, spans, wakes;
_Noreturn void main(void);

void fault_report(const struct fault *fault) {
    (void)fault;
}

static bool nothing(void) {
    return false;
}

static void stay_deaf(void) {
    const uint64_t until = cpu_clocks() + (uint64_t)clock_core_hz() / 1000u * DEAF_MS;
    while (cpu_clocks() < until) {
        cpu_sleep_unless(nothing);
    }
}

static bool drain(void) {
    const int32_t *words;
    const uint32_t count = microphone_span(&words);
    for (uint32_t i = 0u; i < count && kept_words < KEPT_WORDS; i++) {
        kept[kept_words] = words[i];
        kept_words++;
    }
    heard_words += count;
    microphone_consume(count);
    return count != 0u;
}

_Noreturn void main(void) {
    bool deaf = false;
    clock_begin();
    cpu_tick_begin(clock_tick_reload());
    uart_begin();
    microphone_begin();
    for (;;) {
        cpu_sleep_unless(microphone_pending);
        wakes++;
        lost_words += microphone_take_overruns();
        while (microphone_pending() && drain()) {
            spans++;
        }
        if (!deaf && heard_words >= DEAF_AFTER_WORDS) {
            deaf = true;
            stay_deaf();
        }
    }
}
"""


def render_port(board: BoardSpec, directory: Path) -> None:
    """Write `core/`, `port/`, what they need, and the linker script; it hears a microphone."""
    family, port = family_of(board.family), make_port(board, RATE_HZ)
    assert port.microphone is not None
    folders = (*family.port_folders, *family.microphone_folders(port.microphone.kind))
    parts = tuple((part, f"*/{part}/*.o*") for part in PARTS)
    build = SimpleNamespace(
        linker_parts=(*parts, ("libgcc", "*libgcc.a:*")), stack_bytes=board.budgets.stack_bytes
    )
    environment = make_environment()
    for path, source in scan_templates(("core", "port"), folders, (), ()).items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".j2":
            name = source.relative_to(TEMPLATES_DIR).as_posix()
            text = environment.get_template(name).render(board=board, port=port, build=build)
            target.write_text(text)
        else:
            target.write_bytes(source.read_bytes())
    (directory / "library").mkdir()
    for name in NEEDED_BY_CORE:
        shutil.copyfile(TEMPLATES_DIR / name, directory / name)


def build_image(
    board: BoardSpec,
    directory: Path,
    toolchain: Toolchain,
    *defines: str,
    edits: Sequence[tuple[str, str, str]] = (),
) -> Path:
    """Compile and link; return the ELF.

    `edits`: changes made before: a file, the old text, which must be there once, and the new one.
    """
    render_port(board, directory)
    for path, old, new in edits:
        text = (directory / path).read_text()
        assert text.count(old) == 1, f"{path} does not hold {old!r} once"
        (directory / path).write_text(text.replace(old, new))
    (directory / "app").mkdir()
    (directory / "app" / "main.c").write_text(MAIN)
    flags = target_flags(board.core)
    compiler = (str(toolchain.gcc), *flags.cpu, *flags.language, *flags.optimisation)
    objects = []
    for part in PARTS:
        for source in sorted((directory / part).glob("*.c")):
            name = str(source.relative_to(directory))
            objects.append(f"./{name}.o")
            options = (*flags.warnings, *flags.includes, f"-I{TEMPLATES_DIR}")
            _run(
                directory,
                *(*compiler, *flags.sections, *options, *(f"-D{define}" for define in defines)),
                *("-c", name, "-o", f"{name}.o"),
            )
    elf = directory / "image.elf"
    libgcc = str(toolchain.libgcc(flags.cpu))
    _run(
        directory,
        *(*compiler, *flags.link, "-Wl,--no-warn-rwx-segments", "-T", "link.ld", *objects, libgcc),
        *("-o", elf.name),
    )
    return elf


def _run(directory: Path, *command: str) -> None:
    subprocess.run(command, cwd=directory, check=True, timeout=60)
