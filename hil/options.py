# SPDX-License-Identifier: Apache-2.0
"""The options of one run, read from pytest's command line and checked together."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from generator.boards.boards_file import load_boards, unknown_board
from generator.boards.record import BoardSpec
from generator.engines.engine import Optimise
from generator.errors import Fault, InputError, collect
from generator.model.model_file import model_file_fault
from generator.network import Network, read_network
from generator.project.manifest import ASSEMBLY
from generator.repository import DEFAULT_BOARDS_FILE, DEFAULT_MODEL, DEFAULT_OUT_DIR, IN_CHECKOUT
from hil.fault_modes.names import NEED_A_VIRTUAL_BOARD, STRIKE_FROM_OUTSIDE
from hil.fault_modes.plan import DEFAULT_SEED, FaultRate, parse_rates
from hil.flash_command import command_fault

WRITE_ONE = "make boards WRITE=1" if IN_CHECKOUT else "mel2metal boards --write"
"""What writes an inventory."""

EVERY_BOARD = "all"

LOCK_TIMEOUT_S = 600.0
"""Longest wait for another job to let go of a board, unless --lock-timeout says otherwise."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for. An empty `boards` means: no board, skip."""

    boards: dict[str, BoardSpec]
    boards_file: Path
    board_names: tuple[str, ...]
    """All boards of that file."""
    every_board: bool
    virtual: bool
    virtual_faults: tuple[str, ...]
    """Names of faults that the virtual board has."""
    require_board: bool
    probe: str | None
    port: str | None
    inventory: Path | None
    """None: the one beside the boards file, if there is one."""
    labgrid: Path | None
    """labgrid's environment file, where boards are its places."""
    lock_timeout_s: float
    pack: Path | None
    """CMSIS pack with pyOCD's target and flash algorithm; None: built in, or this project's."""
    no_flash: bool
    flash_command: str | None
    model: Path
    labels: Path | None
    frontend: str | None
    """A front-end with a name, or the whole path of a record; None: what the model says."""
    front_end_rate_hz: int | None
    """Sample rate of the sound that the model hears; None where no board is named."""
    threshold: float | None
    folds: tuple[int, ...]
    clips: int | None
    sounds: str | None
    engine: str
    stedgeai: str | None
    """ST's program or installation, for that engine; None: $STEDGEAI, or found."""
    c_api: str | None
    """Interface that ST's tool is to generate; None: its own default."""
    optimise: str
    """What the network's schedule spares: time or memory."""
    kernels: str
    """Of the network: assembly, or their portable twins."""
    cross_compile: str | None
    force_build: bool
    """Move what the user changed or added in a build folder aside, in place of refusing it."""
    build_dir: Path
    report_dir: Path
    fault_rates: tuple[FaultRate, ...] = ()
    """Faults that strike the clips; none: no plan."""
    fault_seed: int = DEFAULT_SEED
    resume: bool = False
    """Go on with the latest unfinished run of the same description."""


def read_options(value_of: Any, known_faults: Collection[str] = ()) -> Options:
    """Options from `value_of(name)`, pytest's `config.getoption`; InputError with all faults.

    `known_faults`: names that --virtual-fault may have.
    """
    faults: list[Fault] = []
    boards_file = Path(value_of("boards_file") or DEFAULT_BOARDS_FILE).resolve()
    names: list[str] = value_of("board")
    every_board = EVERY_BOARD in names
    boards: dict[str, BoardSpec] = {}
    known: dict[str, BoardSpec] = {}
    if names:
        known = load_boards(boards_file)
        for name in known if every_board else dict.fromkeys(names):
            if name in known:
                boards[name] = known[name]
            else:
                faults.append(unknown_board("--board", name, boards_file, [*known, EVERY_BOARD]))
    virtual = bool(value_of("virtual"))
    virtual_faults = tuple(dict.fromkeys(value_of("virtual_fault") or ()))
    faults += _check_virtual_faults(virtual_faults, known_faults, virtual=virtual)
    rates = _read_rates(value_of("fault") or (), faults, virtual=virtual)
    seed = value_of("fault_seed")
    probe, port = _read_place(value_of, virtual, len(boards), faults)
    inventory = Path(value_of("inventory")).resolve() if value_of("inventory") else None
    if inventory is not None and not inventory.is_file():
        faults.append(Fault("--inventory", f"{inventory} is not there", WRITE_ONE))
    labgrid = _read_labgrid(value_of, virtual, faults)
    lock_timeout_s: float | None = value_of("lock_timeout")
    if lock_timeout_s is None:
        lock_timeout_s = LOCK_TIMEOUT_S
    if not 0 <= lock_timeout_s < math.inf:
        faults.append(Fault("--lock-timeout", f"{lock_timeout_s:g} s", "give 0 or more"))
    pack = Path(value_of("pack")).resolve() if value_of("pack") else None
    if pack is not None and not pack.is_file():
        what = f"{pack} is not there"
        faults.append(Fault("--pack", what, "name a .pack file of CMSIS, or leave it out"))
    no_flash, flash_command = bool(value_of("no_flash")), value_of("flash_command")
    faults += _flash_faults(flash_command, len(boards), no_flash=no_flash, virtual=virtual)
    folds = _read_folds(value_of("folds"), faults)
    clips = value_of("clips")
    if clips is not None and clips < 1:
        faults.append(Fault("--clips", f"{clips} clips", "give 1 or more"))
    model = Path(value_of("model") or DEFAULT_MODEL).resolve()
    labels = Path(value_of("labels")).resolve() if value_of("labels") else None
    frontend = _frontend_of(value_of("frontend"))
    threshold: float | None = value_of("threshold")
    optimise: str = value_of("optimise") or Optimise.MEMORY.value
    network = None
    if boards:
        network = collect_network(
            *(faults, model),
            labels=labels,
            frontend=frontend,
            threshold=threshold,
            optimise=optimise,
        )
    if faults:
        raise InputError(faults)
    build_dir = Path(value_of("build_dir") or DEFAULT_OUT_DIR).resolve()
    return Options(
        boards=boards,
        boards_file=boards_file,
        board_names=tuple(known),
        every_board=every_board,
        virtual=virtual,
        virtual_faults=virtual_faults,
        require_board=bool(value_of("require_board")),
        probe=probe,
        port=port,
        inventory=inventory,
        labgrid=labgrid,
        lock_timeout_s=lock_timeout_s,
        pack=pack,
        no_flash=no_flash,
        flash_command=flash_command,
        model=model,
        labels=labels,
        frontend=frontend,
        front_end_rate_hz=network.frontend.sample_rate_hz if network else None,
        threshold=threshold,
        folds=folds,
        clips=clips,
        sounds=value_of("sounds"),
        engine=value_of("engine"),
        stedgeai=value_of("stedgeai"),
        c_api=value_of("c_api"),
        optimise=optimise,
        kernels=value_of("kernels") or ASSEMBLY,
        cross_compile=value_of("cross_compile"),
        force_build=bool(value_of("force_build")),
        build_dir=build_dir,
        report_dir=Path(value_of("report_dir") or build_dir / "hil").resolve(),
        fault_rates=rates,
        fault_seed=DEFAULT_SEED if seed is None else seed,
        resume=bool(value_of("resume")),
    )


def collect_network(
    faults: list[Fault],
    model: Path,
    *,
    labels: Path | None = None,
    frontend: str | None = None,
    threshold: float | None = None,
    optimise: str = Optimise.MEMORY.value,
) -> Network | None:
    """What firmware is to be made of; what the generator refuses of it joins `faults`.

    So it is told before a project is begun.
    """
    if labels is not None and not labels.is_file():
        faults.append(Fault("--labels", f"{labels} is not there", "one label a line"))
        labels = None
    no_model = model_file_fault(model) if model.exists() else None
    if not model.exists():
        no_model = Fault("", f"{model} is not there", "name an int8 .tflite")
    if no_model is not None:
        faults.append(replace(no_model, where=f"--model {no_model.where}".rstrip()))
        return None
    chosen = Optimise(optimise)
    return collect(
        faults, lambda: read_network(model, labels, threshold, frontend, optimise=chosen)
    )


def _frontend_of(named: str | None) -> str | None:
    """The name, or the whole path: the firmware is built in another folder."""
    return str(Path(named).resolve()) if named and Path(named).exists() else named


def _check_virtual_faults(
    names: Collection[str], known: Collection[str], *, virtual: bool
) -> list[Fault]:
    faults: list[Fault] = []
    if names and not virtual:
        what = f"a real board cannot be given {', '.join(names)}"
        faults.append(Fault("--virtual-fault", what, "only with --virtual"))
    remedy = f"choose from: {', '.join(known)}"
    unknown = [name for name in names if name not in known]
    faults += [Fault("--virtual-fault", f"no fault {name!r}", remedy) for name in unknown]
    return faults


def _read_rates(
    texts: Iterable[str], faults: list[Fault], *, virtual: bool
) -> tuple[FaultRate, ...]:
    """--fault: of modes that can strike this board from within a run."""
    outside = "strikes a run from outside; mel2metal soak does that"
    impossible = dict.fromkeys(STRIKE_FROM_OUTSIDE, outside)
    if not virtual:
        what = "nothing can do that to a real board; only with --virtual"
        impossible |= dict.fromkeys(NEED_A_VIRTUAL_BOARD, what)
    return collect(faults, lambda: parse_rates(texts, impossible)) or ()


def _read_place(
    value_of: Any, virtual: bool, boards: int, faults: list[Fault]
) -> tuple[str | None, str | None]:
    """--probe and --port: of one board, and of the kind that was asked for."""
    probe: str | None = value_of("probe")
    port: str | None = value_of("port")
    if port and port.startswith("virtual:") and not virtual:
        what = f"{port} is a virtual board's"
        faults.append(Fault("--port", what, "--virtual --probe virtual:NAME names the board"))
    if port and virtual:
        faults.append(Fault("--port", "a virtual board has no port of its own", "give one of them"))
    if probe and virtual != probe.startswith("virtual:"):
        what = f"{probe} with{'' if virtual else 'out'} --virtual"
        faults.append(Fault("--probe", what, "virtual:NAME and --virtual go together"))
    for option, value in (("--probe", probe), ("--port", port)):
        if value and boards > 1:
            what = f"one {option.lstrip('-')} for {boards} boards"
            faults.append(Fault(option, what, "name one board, or list all in an inventory"))
    return probe, port


def _read_labgrid(value_of: Any, virtual: bool, faults: list[Fault]) -> Path | None:
    """--lg-env: a file, and nothing beside it that says where the board is."""
    if not value_of("lg_env"):
        return None
    path = Path(value_of("lg_env")).resolve()
    if not path.is_file():
        faults.append(Fault("--lg-env", f"{path} is not there", "name labgrid's environment file"))
    rivals = [name for name in ("probe", "port", "inventory") if value_of(name)]
    for name in [*rivals, *(["virtual"] if virtual else [])]:
        what = f"the labgrid place says where the board is, and --{name} does too"
        faults.append(Fault(f"--{name}", what, "give one of them"))
    return path


def _flash_faults(
    command: str | None, boards: int, *, no_flash: bool, virtual: bool
) -> list[Fault]:
    """What is wrong with --no-flash and --flash-command."""
    faults = []
    if command is not None:
        what = command_fault(command)
        if what is not None:
            remedy = "as in 'STM32_Programmer_CLI -c port=SWD sn={probe} -w {hex} -v -rst'"
            faults.append(Fault("--flash-command", what, f"{remedy}; {{elf}} and {{bin}} as well"))
        elif boards > 1 and "{probe}" not in command:
            what = f"one command for {boards} boards, which does not say which"
            faults.append(Fault("--flash-command", what, "put {probe} into it, or name one board"))
        if no_flash:
            faults.append(Fault("--flash-command", "--no-flash forbids it", "give one of them"))
    for name, given in (("--flash-command", command is not None), ("--no-flash", no_flash)):
        if given and virtual:
            what = "a virtual board is programmed through its own probe; no other tool sees it"
            faults.append(Fault(name, what, "leave it out, or leave out --virtual"))
    return faults


LONGEST_FOLD = 9
"""Digits that no fold has."""


def _read_folds(text: str | None, faults: list[Fault]) -> tuple[int, ...]:
    if not text:
        return ()
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and len(part) < LONGEST_FOLD for part in parts):
        faults.append(
            Fault("--folds", f"{text[:80]!r}", "numbers with commas between, as in 1,2,3,4")
        )
        return ()
    return tuple(sorted({int(part) for part in parts}))
