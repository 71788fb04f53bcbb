# SPDX-License-Identifier: Apache-2.0
"""Operators that cannot run: why some are left out on purpose, and what to do instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    "a call of a graph of its own",
    "export the model with the call written out: one function, inlined",
)
_UPSAMPLING = Reason(
    "upsampling makes more rows than it takes, and has no place in a classifier",
    "export the classifier without the decoder",
)
_TABLE = Reason(
    "text or numbers are looked up in a table of the file",
    "export the model without its labels: it is to end in the scores",
)
_SHAPE = Reason(
    "the result does not follow from the shapes in the file alone",
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
    "no operator of TensorFlow Lite's own",
    "convert with TFLITE_BUILTINS_INT8 alone (no SELECT_TF_OPS, no allow_custom_ops), and leave "
    "what makes features of the sound to the front-end (docs/frontends.md)",
)
_OTHER = Reason(
    "not computed",
    f"{PAGE} lists what is; batch normalisation fuses into convolutions on conversion",
)


def reason_of(kind: str) -> Reason:
    """Why a kind that is no built-in operator cannot run."""
    return REASONS.get(kind, _CUSTOM if kind.startswith("CUSTOM") else _OTHER)


def refusals(operators: Iterable[Operator]) -> list[Fault]:
    """One fault for each reason, with all operators that it holds for; those with the same remedy
    follow each other."""
    reasons: dict[Reason, list[Operator]] = {}
    for operator in operators:
        reasons.setdefault(reason_of(operator.kind), []).append(operator)
    remedies = list(dict.fromkeys(reason.remedy for reason in reasons))
    return [
        Fault(operators_text(refused), f"{_who(refused)} run: {reason.why}", remedy)
        for remedy in remedies
        for reason, refused in reasons.items()
        if reason.remedy == remedy
    ]


def _who(operators: Sequence[Operator]) -> str:
    kinds = {one.kind for one in operators}
    return "none of them can" if len(kinds) > 1 else f"{operators[0].kind} cannot"
