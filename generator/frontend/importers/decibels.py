# SPDX-License-Identifier: Apache-2.0
"""Decibels of librosa and torchaudio, made causal.

Their reference and their `top_db` may follow each clip's own maximum, which a device cannot know
while it listens. A number in their place is part of the record; what is not causal is refused with
the number that stands for it.
"""

from __future__ import annotations

from generator.frontend.importers.arguments import Arguments
from generator.frontend.record import LogKind

AMIN = 1e-10
TOP_DB = 80.0


def decibel_keys(
    arguments: Arguments, *, kind: LogKind, amin: float = AMIN, top_db: float | None = TOP_DB
) -> dict[str, object]:
    """The keys of power_to_db, amplitude_to_db or AmplitudeToDB; `top_db`: the library's default.

    `amin` is of what the logarithm is taken of: a power, or an amplitude.
    """
    keys: dict[str, object] = {"log": kind.value, "log_offset": 0.0}
    keys["log_floor"] = arguments.number("amin", amin)
    reference = arguments.text("ref", "1.0")
    follows_maximum = reference is not None and "max" in reference.lower()
    has_fixed = arguments.has("log_reference")
    if follows_maximum and not has_fixed:
        what = f"{reference} is each clip's own maximum, which is not known while it sounds"
        remedy = (
            "give log_reference=NUMBER, the sum that is to become 0 dB, such as the loudest of "
            "the training clips; train with the same number as ref"
        )
        arguments.refuse("ref", what, remedy)
    elif not follows_maximum and reference is not None:
        keys["log_reference"] = arguments.number("ref", 1.0)
    lowest = arguments.number("top_db", top_db)
    if lowest is None or arguments.has("lowest_log"):
        return keys
    if follows_maximum:  # 0 dB is the maximum: with a fixed reference the floor is fixed as well
        keys["lowest_log"] = -lowest
    elif arguments.has("top_db"):
        what = f"the floor is {lowest:g} dB below each clip's own maximum, which is not known"
        remedy = f"give top_db=None lowest_log=-{lowest:g}, a floor that does not move"
        arguments.refuse("top_db", what, remedy)
    else:
        arguments.notes.append(
            f"top_db={lowest:g}, the default, follows each clip's own maximum and is left out; "
            "lowest_log=NUMBER sets a floor that does not move"
        )
    return keys


def padding_notes(arguments: Arguments, *, centred: bool, default: str) -> None:
    """`pad_mode`: only zeros are before a stream begins."""
    mode = (arguments.text("pad_mode", default) or "constant").lower()
    if not centred or mode in ("constant", "zeros"):
        return
    if arguments.has("pad_mode"):
        what = f"{mode} takes samples that are not there yet when the first frame is due"
        arguments.refuse("pad_mode", what, "give pad_mode=constant (zeros), and train so")
    else:
        arguments.notes.append(
            f"pad_mode={mode}, the default, becomes zeros: a clip's first and last frames differ"
        )
