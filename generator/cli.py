# SPDX-License-Identifier: Apache-2.0
"""The command `mel2metal`: arguments in, stages called, faults reported, exit codes out.

0: done. 2: something the user gave is wrong. 3: a tool, a file or a device is missing or failed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from generator import firmware
from generator.boards.boards_file import load_board
from generator.boards.record import BoardSpec
from generator.command_parser import AddCommand, CommandGroups, CommandParser, add_groups, job_count
from generator.commands.clean import add_clean
from generator.commands.explain import EXPLAIN_EXAMPLES, add_explain
from generator.commands.frontend import FRONTEND_EXAMPLES, add_frontend
from generator.commands.inspect import add_inspect
from generator.commands.library import add_library
from generator.commands.model_options import add_boards_file, add_model_settings, network_of
from generator.commands.new_app import add_new_app
from generator.commands.sound_reader import SoundReader
from generator.commands.tools import add_tools
from generator.engine_choice import EngineChoice
from generator.engines.engine import BUILTIN, ENGINES
from generator.engines.stedgeai.generate import APIS, TIMEOUT_S
from generator.errors import (
    EXIT_INTERRUPTED,
    EXIT_TOOL,
    Fault,
    InputError,
    Mel2metalError,
    ToolError,
    collect,
    fault_lines,
    in_words,
)
from generator.extras import missing_extra
from generator.model.decision import describe_rule
from generator.model.labels import count_classes
from generator.network import Network
from generator.plain_console import PlainConsole
from generator.project.applications import ACTIONS_HELP, APP_HELP, MEASURE, Application
from generator.project.manifest import (
    ASSEMBLY,
    FOOTPRINT_FILE,
    IMAGE_NAME,
    OUTPUT_DIR,
    PORTABLE,
    check_writable,
    project_name,
    read_project,
)
from generator.project.user_application import application_of
from generator.terminal.application_lines import print_application
from generator.terminal.footprint_table import print_footprint
from generator.terminal.frontend_lines import print_frontend
from generator.terminal.progress import progress
from generator.terminal.tool_progress import install_what_is_needed
from generator.toolchain import doctor
from generator.toolchain.build import DEFAULT_JOBS
from generator.toolchain.footprint import kept_stack_bound, read_footprint
from generator.toolchain.locate import find_toolchain
from generator.version import ShowVersion

EXAMPLES = """\
examples:
  mel2metal inspect model.tflite                  what is in it, and does it fit?
  mel2metal explain model.tflite --svg net.svg    how does each layer run, and what does it cost?
  mel2metal firmware --board u585                 the default model, to build/u585/
  mel2metal firmware --board u585 --model model.tflite --labels names.txt
  mel2metal firmware --board u585 --taps          with layer outputs readable, to build/u585-tap/
  mel2metal firmware --board u585 --app monitor   listens by itself, to build/u585-monitor/
  mel2metal firmware --board u585 --engine stedgeai      with ST's engine, to build/u585-stedgeai/
  mel2metal footprint --board u585                the footprint of the last build
  mel2metal frontend model.tflite                 what was it trained on?
  mel2metal diverge clip.wav --b virtual:u585     where do two of its implementations part?
  mel2metal profile --board u585 --virtual        where do its instructions go?
  mel2metal models                                the published model that training starts from
  mel2metal doctor                                what this machine has and what is missing
"""

FIRMWARE_HELP = """\
Turns an int8 .tflite audio classifier and a record of boards.yaml into a C project in
OUT/<board>/ and its ELF, HEX and BIN in OUT/<board>/out/. The project builds on its own:
`make CROSS_COMPILE=arm-none-eabi-` inside it, without this repository. Where a file of it was
changed, or one is there that mel2metal did not write, nothing is built and nothing is lost.

What the model was trained on stands in <model>.frontend.yaml beside it (docs/frontends.md).
Labels are in a file, one per line; without --labels in <model>.labels.txt beside the model.
Thresholds and the class for other sound stand in <model>.decision.yaml (docs/decision.md).
"""

TO_FIRMWARE = "from a model to firmware"
THIS_MACHINE = "this machine"


def main(
    arguments: Sequence[str] | None = None,
    reader: SoundReader | None = None,
    groups: Mapping[str, Iterable[AddCommand]] | None = None,
) -> int:
    """Run one command and return its exit code; faults of the user never show a traceback.

    `reader`: of sound files, for commands that are given any. `groups`: commands from outside of
    the generator, by the heading that they have in the help.
    """
    options, unknown = make_parser(groups or {}).parse_known_args(arguments)
    if unknown and not options.parser.passes_on:
        options.parser.refuse(unknown)
    options.passed_on = unknown
    options.reader = reader
    errors = PlainConsole(stderr=True, highlight=False, soft_wrap=True)
    try:
        run: Callable[[argparse.Namespace, Console], int] = options.run
        return run(options, PlainConsole(highlight=False))
    except InputError as error:
        lines = fault_lines(error.faults)
        different = len({(one.what, one.remedy) for one in error.faults})
        count = f"{different} fault{'s' if different > 1 else ''}"
        errors.print(f"mel2metal: {count}", style="bold red")
        for line in lines:
            errors.print(f"  {line}", markup=False)
        return error.exit_code
    except ModuleNotFoundError as error:
        extra: str | None = getattr(options, "extra", None)
        if extra is None or error.name is None:
            raise
        command = options.parser.prog.removeprefix("mel2metal ")
        missing = missing_extra(command, error.name, extra)
        errors.print(f"mel2metal: {missing}", style="red", markup=False)
        return missing.exit_code
    except Mel2metalError as error:
        errors.print(f"mel2metal: {error}", style="red", markup=False)
        return error.exit_code
    except (OSError, UnicodeEncodeError) as error:
        errors.print(f"mel2metal: {in_words(error)}", style="red", markup=False)
        return EXIT_TOOL
    except KeyboardInterrupt:
        errors.print("mel2metal: interrupted", style="red")
        return EXIT_INTERRUPTED


def make_parser(groups: Mapping[str, Iterable[AddCommand]]) -> CommandParser:
    """Return the parser of all commands."""
    parser = CommandParser(
        prog="mel2metal",
        description="From an int8 .tflite to a listening STM32.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=ShowVersion, nargs=0, help="print version and commit")
    commands = parser.add_subparsers(
        action=CommandGroups, metavar="COMMAND", required=True, help="one of those below"
    )
    assert isinstance(commands, CommandGroups)
    commands.start_group(TO_FIRMWARE)
    _add_own(commands)
    add_groups(commands, groups)
    commands.start_group(THIS_MACHINE)
    add_tools(commands)
    _add_doctor(commands)
    add_clean(commands)
    parser.epilog = f"{commands.listing()}\n{EXAMPLES}"
    return parser


def _add_own(commands: CommandGroups) -> None:
    build = commands.add_parser(
        "firmware",
        help="generate, compile and measure the firmware of one board",
        description=FIRMWARE_HELP,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_board_options(build)
    build.add_argument("--app", metavar="NAME_OR_FOLDER", default=MEASURE.name, help=APP_HELP)
    build.add_argument("--actions", type=Path, metavar="FILE", help=ACTIONS_HELP)
    build.add_argument("--model", type=Path, help="the .tflite (default: the shipped model)")
    add_model_settings(build)
    build.add_argument("--taps", action="store_true", help="the debug variant: OUT/<board>-tap/")
    build.add_argument(
        "--kernels",
        choices=(ASSEMBLY, PORTABLE),
        default=ASSEMBLY,
        help="portable: the kernels' C twins, to compare, to OUT/<board>-portable/",
    )
    _add_engine_options(build)
    build.add_argument(
        "--cross-compile",
        metavar="PREFIX",
        help="another compiler than the pinned one, such as arm-none-eabi- or /opt/arm/bin/arm-…-",
    )
    build.add_argument(
        "--jobs",
        type=job_count,
        metavar="N",
        default=DEFAULT_JOBS,
        help=f"compilers at a time (default: {DEFAULT_JOBS}; make: JOBS=N)",
    )
    build.add_argument(
        "--force",
        action="store_true",
        help="build where you changed or added files: they move to OUT/<board>.kept-<time>/",
    )
    build.add_argument("--verbose", action="store_true", help="show every file that is compiled")
    build.set_defaults(run=_firmware)

    add_new_app(commands)
    add_library(commands)

    bill = commands.add_parser(
        "footprint", help="print RAM and flash of the last build", allow_abbrev=False
    )
    _add_board_options(bill)
    bill.add_argument("--app", metavar="NAME_OR_FOLDER", default=MEASURE.name, help=APP_HELP)
    bill.add_argument("--taps", action="store_true", help="of the debug variant")
    bill.add_argument("--engine", choices=ENGINES, default=BUILTIN, help="of this engine's image")
    bill.set_defaults(run=_footprint)

    look = commands.add_parser(
        "inspect",
        help="a model's operators, schedule and RAM, before anything is built",
        allow_abbrev=False,
    )
    add_inspect(look)
    add_boards_file(look)

    why = commands.add_parser(
        "explain",
        help="how each operator runs, why, and what it costs",
        epilog=EXPLAIN_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_explain(why)
    add_boards_file(why)

    sound = commands.add_parser(
        "frontend",
        help="a front-end's record: in words, made, or held against features",
        epilog=FRONTEND_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_frontend(sound)


def _add_doctor(commands: CommandGroups) -> None:
    health = commands.add_parser(
        "doctor", help="say what is present, missing, and how to get it", allow_abbrev=False
    )
    health.add_argument("--cross-compile", metavar="PREFIX", help="the compiler to look for")
    health.add_argument("--stedgeai", metavar="PATH", help="ST's program or installation")
    health.set_defaults(
        run=lambda options, console: doctor.main(options.cross_compile, options.stedgeai)
    )


def _add_board_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--board", required=True, metavar="ID", help="a record of the boards file")
    add_boards_file(parser)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        default=Path("build"),
        help="where <board>/ is or will be (default: build)",
    )


def _add_engine_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default=BUILTIN,
        help="what runs the network: our own code (default), or ST Edge AI Core (X-CUBE-AI)",
    )
    parser.add_argument(
        "--stedgeai",
        metavar="PATH",
        help="ST's program or the folder of its installation (default: $STEDGEAI, or found)",
    )
    parser.add_argument(
        "--c-api",
        choices=APIS,
        help="interface of the code that ST's tool generates (default: its own default)",
    )
    parser.add_argument(
        "--stedgeai-timeout",
        type=float,
        metavar="SECONDS",
        default=TIMEOUT_S,
        help=f"longest that ST's tool may take (default: {TIMEOUT_S:g})",
    )


def _firmware(options: argparse.Namespace, console: Console) -> int:
    check_writable(options.out)
    board, network, application = _read_inputs(options)
    install_what_is_needed(console, options.cross_compile)
    toolchain = find_toolchain(options.cross_compile)
    graph = network.graph
    size = f"{len(graph.operators)} operators, {count_classes(graph.classes)}"
    console.print(f"model {graph.name}: {size}")
    print_frontend(console, network)
    if network.labels.source is None:
        names = ", ".join(network.labels.names[:2])
        console.print(f"no labels: classes are called {names} …", style="yellow", markup=False)
    rule = describe_rule(network.rule, network.labels.names)
    console.print(f"decision: {rule}", markup=False, soft_wrap=True)
    print_application(console, application, network.events_text)
    with progress(console, verbose=options.verbose) as show:
        result = firmware.make_firmware(
            *(board, network, toolchain),
            engine=EngineChoice(
                options.engine, options.stedgeai, options.c_api, options.stedgeai_timeout
            ),
            out_dir=options.out,
            taps=options.taps,
            portable_kernels=options.kernels == PORTABLE,
            application=application,
            on_progress=show,
            jobs=options.jobs,
            force=options.force,
        )
    for line in result.warnings:
        console.print(line, style="yellow", markup=False, soft_wrap=True)
    image = result.image
    if image.engine != BUILTIN:
        console.print(f"engine: {image.engine}", markup=False)
    print_footprint(
        *(console, result.footprint, board), model_sha256=image.model_sha256, engine=image.engine
    )
    console.print(f"compiler: {image.toolchain}", markup=False, soft_wrap=True)
    for path in (image.elf, image.hex, image.bin):
        console.print(f"{path}", markup=False, soft_wrap=True)
    console.print(f"SHA-256 of the flash contents: {image.sha256}", soft_wrap=True)
    return 0


def _read_inputs(options: argparse.Namespace) -> tuple[BoardSpec, Network, Application]:
    """Read board, model and application; the faults of all three come in one report."""
    faults: list[Fault] = []
    board = collect(faults, lambda: load_board(options.boards_file, options.board))
    network = collect(faults, lambda: network_of(options))
    application = collect(faults, lambda: application_of(options.app, options.out, options.actions))
    if board is None or network is None or application is None:
        raise InputError(faults)
    return board, network, application


def _footprint(options: argparse.Namespace, console: Console) -> int:
    board = load_board(options.boards_file, options.board)
    application = application_of(options.app, options.out)
    name = project_name(
        board.id, taps=options.taps, engine=options.engine, application=application.name
    )
    project = read_project(options.out / name)
    elf = project.directory / OUTPUT_DIR / f"{IMAGE_NAME}.elf"
    if not elf.is_file():
        raise ToolError(f"{elf} is not there", f"run `mel2metal firmware --board {board.id}`")
    footprint = read_footprint(elf, elf.with_suffix(".bin").stat().st_size)
    kept = kept_stack_bound(project.directory / FOOTPRINT_FILE)
    footprint = replace(footprint, stack=kept)
    info = project.info
    print_footprint(
        *(console, footprint, board), model_sha256=info.model_sha256, engine=info.engine
    )
    console.print(f"in full: {project.directory / FOOTPRINT_FILE}", soft_wrap=True)
    return 0
