# SPDX-License-Identifier: Apache-2.0
"""boards.yaml to frozen `BoardSpec` values, with every fault of the file in one report.

A record is checked twice: its form by pydantic (types, ranges, unknown keys), then its sense by
`checks` and by the limits of its family. A section with a fault of form does not hide faults of
sense in the other sections. The record's `family` decides how its clock section is read and which
limits apply: `registry` knows the families.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from generator.boards.checks import Complaint, check_memories, check_rings
from generator.boards.family import Family
from generator.boards.microphone_checks import check_microphone
from generator.boards.pin_checks import check_board_pins, check_pin_uses
from generator.boards.record import BoardSpec, Budgets, Memory, Microphone, Uart
from generator.boards.registry import known_families
from generator.boards.section import Section
from generator.errors import Fault, InputError
from generator.spelling import nearest
from generator.yaml_lines import Lines, read_records

_S = TypeVar("_S", bound=Section)


def load_boards(path: Path) -> dict[str, BoardSpec]:
    """Read all boards of `path`, sorted by id.

    Raises `InputError` with every fault of the file: of YAML, of form and of sense.
    """
    document, lines = read_records(path)
    families = known_families()
    faults = list(lines.duplicates)
    boards: dict[str, BoardSpec] = {}
    for key, record in sorted(document.items(), key=lambda item: str(item[0])):
        if not isinstance(record, Mapping):
            faults.append(Fault(lines.where(key), "is not a record", "give part, core, memories"))
            continue
        if "id" in record:
            what = "unknown key: the record's own key is its id"
            faults.append(Fault(lines.where(key, "id"), what, "remove it"))
        family = families.get(str(record.get("family")))
        if family is None:
            what = f"no such family, found {record.get('family')!r}"
            faults.append(Fault(lines.where(key, "family"), what, f"one of {', '.join(families)}"))
            continue
        fields = {**record, "id": key}
        try:
            boards[str(key)] = family.board.model_validate(fields)
        except ValidationError as error:
            faults += _faults_of_form(error, str(key), lines)
        for place, what, remedy in _complaints(family, fields):
            faults.append(Fault(lines.where(key, *place), what, remedy))
    if faults:
        raise InputError(faults)
    return boards


def load_board(path: Path, board_id: str) -> BoardSpec:
    """Read the one board `board_id`. Raises `InputError` if the file is bad or lacks it."""
    boards = load_boards(path)
    if board_id not in boards:
        raise InputError([unknown_board("--board", board_id, path, list(boards))])
    return boards[board_id]


def unknown_board(where: str, name: str, path: Path, known: Sequence[str]) -> Fault:
    """The fault of a board's name that is none of the `known` ones of the file `path`."""
    near = nearest(name, known)
    choice = f"choose one of: {', '.join(known)}"
    remedy = f"did you mean {near}? Or {choice}" if near else choice
    return Fault(where, f"no board {name!r} in {path.name}", remedy)


def _complaints(family: Family, fields: Mapping[str, Any]) -> Iterator[Complaint]:
    """What the record's numbers are refused for, section by section."""
    part = str(fields.get("part"))
    clock, uart = _section(fields, "clock", family.clock), _section(fields, "uart", Uart)
    memories = _memories(fields)
    whole = bool(memories) and len(memories) == len(fields["memories"])
    if isinstance(fields.get("memories"), list):
        yield from check_memories(memories, _section(fields, "budgets", Budgets), whole=whole)
    if uart is not None:
        yield from check_rings(uart)
    yield from family.check(part, clock, uart)
    if "microphone" in fields:
        microphone = _section(fields, "microphone", Microphone)
        if microphone is not None:
            yield from check_microphone(microphone, uart)
            yield from family.check_microphone(part, microphone, uart)
    yield from check_board_pins(fields, part, family.package_pins(part))
    yield from check_pin_uses(fields)
    yield from family.check_memories(part, list(memories.values()) if whole else [], uart)


def _section(fields: Mapping[str, Any], key: str, model: type[_S]) -> _S | None:
    """Return one section of a record if its own form is right, else None."""
    try:
        return model.model_validate(fields.get(key))
    except ValidationError:
        return None


def _memories(fields: Mapping[str, Any]) -> dict[int, Memory]:
    """Return the memories that are right in form, by their place in the record."""
    records = fields.get("memories")
    memories: dict[int, Memory] = {}
    for index, record in enumerate(records if isinstance(records, list) else ()):
        try:
            memories[index] = Memory.model_validate(record)
        except ValidationError:
            continue
    return memories


def _faults_of_form(error: ValidationError, key: str, lines: Lines) -> Iterator[Fault]:
    for detail in error.errors(include_url=False):
        where = lines.where(key, *detail["loc"])
        match detail["type"]:
            case "extra_forbidden":
                yield Fault(where, "unknown key", "check the spelling, or remove it")
            case "missing":
                yield Fault(where, "is missing", "add it; boards.yaml of mel2metal shows one")
            case _:
                yield Fault(where, f"{detail['msg']}, found {detail['input']!r}")
