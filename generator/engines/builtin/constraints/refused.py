# SPDX-License-Identifier: Apache-2.0
"""Operators that cannot run: why some are left out on purpose, and what to do instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from generator.errors import Fault
from generator.model.constraints import operators_text
from generator.model.graph import Operator

PAGE = "docs/operators.md"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a kind of operator cannot run."""

    why: str
    remedy: str


UNROLL = (
    "build the recurrent layer with unroll=True and a fixed number of frames: it becomes dense "
    "layers, which can run"
)
_RECURRENT = Reason("a recurrent layer as one operator is not computed", UNROLL)
_LOOP = Reason("a loop over a graph of its own, as a recurrent layer becomes one", UNROLL)
_CONDITION = Reason(
    "which operators run would depend on the sound",
    "export the branch that the firmware is to run, without conditions",
)
_CALL = Reason(
    "it calls a graph of its own",
    "export the model with the call written out: one function, inlined",
)
_UPSAMPLING = Reason(
    "it makes more rows than it takes; upsampling has no place in a classifier",
    "export the classifier without the decoder",
)
_TABLE = Reason(
    "it looks up text or numbers in a table of the file",
    "export the model without its labels: it is to end in the scores",
)
_SHAPE = Reason(
    "what it computes does not follow from the shapes of the file alone",
    "fix the batch size to 1, and every other length, before conversion",
)

REASONS: Mapping[str, Reason] = {
    "TRANSPOSE_CONV": _UPSAMPLING,
    "RESIZE_BILINEAR": _UPSAMPLING,
    "RESIZE_NEAREST_NEIGHBOR": _UPSAMPLING,
    "MIRROR_PAD": Reason("reflected borders are not computed", "pad with zeros instead"),
    "BIDIRECTIONAL_SEQUENCE_LSTM": _RECURRENT,
    "UNIDIRECTIONAL_SEQUENCE_RNN": _RECURRENT,
    "BIDIRECTIONAL_SEQUENCE_RNN": _RECURRENT,
    "LSTM": _RECURRENT,
    "RNN": _RECURRENT,
    "SVDF": _RECURRENT,
    "WHILE": _LOOP,
    "IF": _CONDITION,
    "CALL": _CALL,
    "HASHTABLE": _TABLE,
    "HASHTABLE_FIND": _TABLE,
    "HASHTABLE_IMPORT": _TABLE,
    "SHAPE": _SHAPE,
    "RANGE": _SHAPE,
    "CAST": Reason(
        "types other than int8 are not computed",
        "give the network its features as they are, without a cast",
    ),
}
"""By the kind."""

_CUSTOM = Reason(
    "it is no operator of TensorFlow Lite's own",
    "convert with TFLITE_BUILTINS_INT8 alone (no SELECT_TF_OPS, no allow_custom_ops), and leave "
    "what makes features of the sound to the front-end (docs/frontends.md)",
)
_OTHER = Reason(
    "it is not computed",
    f"{PAGE} lists what is; batch normalisation fuses into convolutions on conversion",
)


def reason_of(kind: str) -> Reason:
    """Why a kind that is no built-in operator cannot run."""
    return REASONS.get(kind, _CUSTOM if kind.startswith("CUSTOM") else _OTHER)


def refusals(operators: Iterable[Operator]) -> list[Fault]:
    """One fault for each kind of these operators; those with the same remedy follow each other."""
    kinds: dict[str, list[Operator]] = {}
    for operator in operators:
        kinds.setdefault(operator.kind, []).append(operator)
    remedies = list(dict.fromkeys(reason_of(kind).remedy for kind in kinds))
    return [
        Fault(operators_text(kinds[kind]), f"{kind} cannot run: {reason_of(kind).why}", remedy)
        for remedy in remedies
        for kind in kinds
        if reason_of(kind).remedy == remedy
    ]
