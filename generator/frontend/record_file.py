# SPDX-License-Identifier: Apache-2.0
"""Which front-end a model was trained on: by option, by the file beside it, by its own metadata.

In this order: `--frontend`; `<stem>.frontend.yaml` beside the model; the model's metadata entry
"mel2metal.frontend", which holds the same text; the model's own hash, for the few whose front-end
is known. A model of which nothing says it is refused: another front-end than the one it was
trained on gives wrong answers, and nothing else would tell.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from generator.errors import Fault, InputError
from generator.frontend.input_range import suggestion
from generator.frontend.known_models import KNOWN_MODELS
from generator.frontend.presets import PRESETS
from generator.frontend.record import FrontendRecord
from generator.frontend.record_text import parse_record, record_text
from generator.model.graph import Graph
from generator.spelling import did_you_mean
from generator.yaml_lines import read_text

SUFFIX = ".frontend.yaml"

METADATA_NAME = "mel2metal.frontend"
"""Of the entry in a .tflite that holds the text of a record."""

OPTION = "--frontend"


@dataclass(frozen=True, slots=True)
class FoundFrontend:
    """A record and where it was found."""

    record: FrontendRecord
    source: str
    """For a sentence: `m.frontend.yaml`, `--frontend yamnet`."""
    where: Callable[..., str]
    """The place of a key, for faults: `where("axes")`."""
    note: str = ""
    """What the user should know of it; empty: nothing."""

    def placed(self, faults: Iterable[Fault]) -> list[Fault]:
        """The faults, those that name a key of the record at its place."""
        return [
            replace(fault, where=self.where(*fault.where.split(".")))
            if fault.where.split(".")[0] in FrontendRecord.model_fields
            else fault
            for fault in faults
        ]


def frontend_path(model: Path) -> Path:
    """Where the record of a .tflite stands, if there is one."""
    return model.with_name(f"{model.stem}{SUFFIX}")


def read_record(path: Path) -> FrontendRecord:
    """Read a record; without a name it gets that of the file. InputError with every fault."""
    return _read(path).record


def write_record(
    path: Path, record: FrontendRecord, comment: str = "", *, replace: bool = False
) -> None:
    """Write a record. Raises `InputError` where there is a file that it must not replace."""
    try:
        with path.open("w" if replace else "x", encoding="utf-8") as stream:
            stream.write(record_text(record, comment))
    except FileExistsError:
        what = "is there already, and is left as it is"
        raise InputError(
            [Fault(str(path), what, "name another file, or add --force to replace it")]
        ) from None


def find_frontend(model: Path, named: str | None, graph: Graph) -> FoundFrontend:
    """The front-end of a model; `named`: a preset or a record's file, whatever is elsewhere.

    Raises `InputError` with every fault of the record, or where nothing says what it is.
    """
    beside = frontend_path(model)
    has_file = beside.exists() or beside.is_symlink()
    if named is not None:
        found = _named(named)
        return _with_note(found, beside) if has_file else found
    if has_file:
        return _read(beside)
    content = graph.metadata.get(METADATA_NAME)
    if content is not None:
        return _from_metadata(model, content)
    known = KNOWN_MODELS.get(graph.sha256)
    if known is not None:
        return FoundFrontend(known, "the model's hash", _place_of(model.name))
    raise InputError([no_record_fault(model, graph)])


def no_record_fault(model: Path, graph: Graph) -> Fault:
    """The refusal of a model without a record, with all that helps to write one."""
    remedy = "\n      ".join(
        (
            f"write {frontend_path(model).name} beside it (docs/frontends.md), for example by",
            "mel2metal frontend --from librosa sr=16000 n_fft=1024 hop_length=320 n_mels=64 \\",
            f"    -o {shlex.quote(str(frontend_path(model)))}",
            "(also --from torchaudio, tf.signal, st-model-zoo, micro_speech); or, where it was",
            "trained on the front-end of ST's Yamnets and of this project, say so:",
            "--frontend yamnet (make: FRONTEND=yamnet)",
            *suggestion(graph),
        )
    )
    return Fault(model.name, "nothing says which front-end it was trained on", remedy)


def _named(named: str) -> FoundFrontend:
    preset = PRESETS.get(named)
    if preset is not None:
        source = f"{OPTION} {named}"
        return FoundFrontend(preset, source, _place_of(source))
    path = Path(named)
    if not path.exists():
        what = f"{named!r} is neither a front-end with a name nor a file"
        raise InputError([Fault(OPTION, what, did_you_mean(named, list(PRESETS)))])
    found = _read(path)
    return FoundFrontend(found.record, f"{OPTION} {named}", found.where)


def _with_note(found: FoundFrontend, beside: Path) -> FoundFrontend:
    """The named front-end; where the file beside the model says something else, that is told."""
    try:
        other = _read(beside).record
    except InputError as error:
        note = f"{beside.name} is not used, and has faults: {error}"
        return FoundFrontend(found.record, found.source, found.where, note)
    differing = [
        key
        for key in FrontendRecord.model_fields
        if key != "name" and getattr(other, key) != getattr(found.record, key)
    ]
    note = f"{beside.name} is not used; it differs in {', '.join(differing)}" if differing else ""
    return FoundFrontend(found.record, found.source, found.where, note)


def _read(path: Path) -> FoundFrontend:
    text = read_text(path, "give the record of a front-end (docs/frontends.md)")
    record, lines = parse_record(text, path)
    if not record.name:
        record = _renamed(record, path.name.removesuffix(SUFFIX).removesuffix(".yaml"))
    return FoundFrontend(record, path.name, lines.where)


def _from_metadata(model: Path, content: bytes) -> FoundFrontend:
    place = f"{model.name} metadata {METADATA_NAME}"
    try:
        text = content.decode("utf-8").rstrip("\0")
    except UnicodeDecodeError:
        remedy = f"write {frontend_path(model).name} beside the model, or convert it again"
        raise InputError([Fault(place, "is not UTF-8 text", remedy)]) from None
    record, lines = parse_record(text, Path(place))
    if not record.name:
        record = _renamed(record, model.stem)
    return FoundFrontend(record, "the model's metadata", lines.where)


def _renamed(record: FrontendRecord, name: str) -> FrontendRecord:
    return record.model_copy(update={"name": name})


def _place_of(source: str) -> Callable[..., str]:
    def where(*at: object) -> str:
        return f"{source}: {'.'.join(map(str, at))}" if at else source

    return where
