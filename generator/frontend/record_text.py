# SPDX-License-Identifier: Apache-2.0
"""The text of a record: YAML to `FrontendRecord` and back, with the line of every fault.

Beside the record's own keys one more is known: `preset: yamnet` begins with that front-end, and the
keys that follow replace its own, whole sections at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from generator.errors import Fault, InputError
from generator.frontend.presets import PRESETS
from generator.frontend.record import FrontendRecord, Mfcc, Pcan, SilenceGate
from generator.spelling import did_you_mean
from generator.yaml_lines import Lines, mapping_of

PRESET_KEY = "preset"

EMPTY = "holds no key"
EMPTY_REMEDY = "write `preset: yamnet`, or the keys of docs/frontends.md"

NEUTRAL = frozenset({"name", "axes", "patch_frames", "patch_overlap_frames"})
"""Keys that say nothing of how a frame is computed: with others than these a preset is another."""

LIBRARY_WORDS = {
    **{word: "sample_rate_hz" for word in ("sr", "sample_rate", "sampling_rate", "fs")},
    **{word: "fft_samples" for word in ("n_fft", "fft_length", "fft_size", "nfft")},
    **{word: "hop_samples" for word in ("hop_length", "frame_step", "stride", "hop")},
    **{word: "window_samples" for word in ("win_length", "window_length", "frame_length")},
    **{word: "bands" for word in ("n_mels", "num_mel_bins", "num_channels", "mels")},
    **{word: "low_hz" for word in ("fmin", "f_min", "lower_edge_hertz")},
    **{word: "high_hz" for word in ("fmax", "f_max", "upper_edge_hertz")},
    **{word: "spectrum" for word in ("power", "magnitude")},
    **{word: "centred" for word in ("center", "centered", "centre")},
    **{word: "mel_scale" for word in ("htk", "mel")},
    **{word: "mel_norm" for word in ("norm", "normalisation", "normalization")},
    **{word: "log_floor" for word in ("amin", "floor", "eps")},
    **{word: "log_offset" for word in ("offset", "epsilon")},
    **{word: "log_reference" for word in ("ref", "reference")},
    **{word: "lowest_log" for word in ("top_db", "min_db")},
    **{word: "deviation" for word in ("std", "stddev", "sigma")},
    **{word: "mfcc" for word in ("n_mfcc", "dct", "num_mfcc")},
    **{word: "patch_frames" for word in ("patch_length", "frames")},
    **{word: "pre_emphasis" for word in ("preemphasis", "preemph")},
}
"""What libraries call a key; only for a better message."""


def record_of(text: str, path: Path) -> FrontendRecord:
    """The record that a text is; `path` names its place in messages."""
    return parse_record(text, path)[0]


def parse_record(text: str, path: Path) -> tuple[FrontendRecord, Lines]:
    """The record, and the line of each key. Raises `InputError` with every fault of form."""
    document, lines = mapping_of(text, path, EMPTY, EMPTY_REMEDY)
    return record_from(document, path.name, lines.where, lines.duplicates), lines


def record_from(
    document: Mapping[Hashable, object],
    place: str,
    where: Callable[..., str],
    faults: Sequence[Fault] = (),
) -> FrontendRecord:
    """The record of keys and values; `where(*key)` is the place of a key, `place` that of all.

    Raises `InputError` with `faults` and all that are found.
    """
    found = list(faults)
    keys = {str(key): value for key, value in document.items()}
    preset = _preset_of(keys, where, found)
    found += _booleans(keys, FrontendRecord, (), where)
    base = preset.model_dump(exclude_unset=True) if preset else {}
    if preset and set(keys) - NEUTRAL:
        base.pop("name", None)
    try:
        record = FrontendRecord.model_validate({**base, **keys})
    except ValidationError as error:
        details = error.errors(include_url=False)
        unread_preset = PRESET_KEY in document and preset is None
        raise InputError([*found, *_faults(details, place, where, unread_preset)]) from None
    if found:
        raise InputError(found)
    return record


def record_text(record: FrontendRecord, comment: str = "") -> str:
    """The file's text: every key that bears on the sound, defaults included."""
    content = record.model_dump(mode="json", exclude_none=True)
    if not record.name:
        del content["name"]
    if "axes" not in record.model_fields_set:
        del content["axes"]
    text = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    return "".join(f"# {line}\n" for line in comment.splitlines()) + text


class _Dumper(yaml.SafeDumper):
    """Sections one key a line, numbers of a band beside each other."""

    def represent_sequence(
        self, tag: str, sequence: Any, flow_style: bool | None = None
    ) -> yaml.SequenceNode:
        return super().represent_sequence(tag, sequence, flow_style=True)


def _preset_of(
    keys: dict[str, object], where: Callable[..., str], faults: list[Fault]
) -> FrontendRecord | None:
    """Take the preset out of the keys."""
    if PRESET_KEY not in keys:
        return None
    named = keys.pop(PRESET_KEY)
    preset = PRESETS.get(str(named))
    if preset is None:
        what = f"there is no front-end {named!r}"
        faults.append(Fault(where(PRESET_KEY), what, did_you_mean(str(named), list(PRESETS))))
    return preset


def _booleans(
    keys: Mapping[str, object],
    model: type[BaseModel],
    at: tuple[str, ...],
    where: Callable[..., str],
) -> Iterator[Fault]:
    """YAML reads yes, no, on and off as true and false, which pydantic takes for 1 and 0."""
    for key, value in keys.items():
        field = model.model_fields.get(key)
        if field is None:
            continue
        sections = [one for one in get_args(field.annotation) if _is_section(one)]
        if isinstance(value, Mapping) and sections:
            below = {str(name): inner for name, inner in value.items()}
            yield from _booleans(below, sections[0], (*at, key), where)
        elif isinstance(value, bool) and not _takes_boolean(field.annotation):
            what = f"is {str(value).lower()}, which is no value of this key"
            yield Fault(where(*at, key), what, "give a number; null leaves a section out")


def _is_section(one: object) -> bool:
    return isinstance(one, type) and issubclass(one, BaseModel)


def _takes_boolean(one: object) -> bool:
    """Or refuses it itself, as an enum does, and names its values."""
    return one is bool or (isinstance(one, type) and issubclass(one, StrEnum))


_SECTIONS: Mapping[str, type[BaseModel]] = {
    "pcan": Pcan,
    "mfcc": Mfcc,
    "silence_gate": SilenceGate,
}


def _faults(
    details: Sequence[ErrorDetails], place: str, where: Callable[..., str], unread_preset: bool
) -> Iterator[Fault]:
    missing: list[str] = []
    told: set[tuple[str, str]] = set()
    for detail in details:
        at = _keys_of(detail["loc"])
        if detail["type"] == "missing":
            missing.append(".".join(map(str, at)))
            continue
        fault = _fault(detail, at, where)
        if (fault.where, fault.what) not in told:  # a value of two types is told once
            told.add((fault.where, fault.what))
            yield fault
    if missing and not unread_preset:
        what = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        remedy = "state them, or begin with `preset: yamnet` and state what differs"
        yield Fault(place, what, remedy)


def _keys_of(loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The place without what pydantic adds for the types of a union."""
    return tuple(part for part in loc if not str(part).startswith(("tuple", "float", "Field")))


_SECTION = ("no section", "give its keys below it, or null")
_PLAIN: Mapping[str, tuple[str, str]] = {
    "finite_number": ("not finite", "give a number"),
    "tuple_type": ("neither a number nor a list", "give one number, or a list: one a band"),
    "bool_parsing": ("neither true nor false", "give one of them"),
    "string_type": ("no text", "put it in quotes"),
    **{kind: _SECTION for kind in ("model_type", "model_attributes_type", "dict_type")},
}
"""What pydantic calls a fault, in the user's words."""


def _fault(detail: ErrorDetails, at: tuple[int | str, ...], where: Callable[..., str]) -> Fault:
    place, given = where(*at), detail["input"]
    kind = detail["type"]
    if kind == "extra_forbidden":
        section = _SECTIONS.get(str(at[0])) if len(at) > 1 else FrontendRecord
        known = list((section or FrontendRecord).model_fields)
        word = str(at[-1])
        ours = LIBRARY_WORDS.get(word) if section is FrontendRecord else None
        remedy = f"did you mean {ours}?" if ours else did_you_mean(word, known)
        return Fault(place, "unknown key", remedy)
    if kind == "enum":
        known = [one.strip("'") for one in str(detail["ctx"]["expected"]).split(" or ")]
        names = [name.strip("' ") for one in known for name in one.split(",")]
        return Fault(place, f"{given!r} is no value of this key", did_you_mean(str(given), names))
    if kind.startswith(("int", "float")):
        noun = "whole number" if kind.startswith("int") else "number"
        return Fault(place, f"{given!r} is no {noun}", f"give a {noun}, without its unit")
    if kind in _PLAIN:
        what, remedy = _PLAIN[kind]
        return Fault(place, f"{given!r} is {what}", remedy)
    return Fault(place, f"{detail['msg']}, found {given!r}", "docs/frontends.md has the values")
