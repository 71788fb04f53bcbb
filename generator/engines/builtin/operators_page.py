# SPDX-License-Identifier: Apache-2.0
"""docs/operators.md: what the built-in engine computes, printed from what it asks of a model.

`python -m generator.engines.builtin.operators_page > docs/operators.md`
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator

from generator.engines.builtin.check import operator_tiers, order_constraints
from generator.engines.builtin.constraints.common import common_tiers
from generator.engines.builtin.constraints.refused import REASONS
from generator.engines.builtin.registry import OPERATORS_PACKAGE, builtin_operators
from generator.engines.builtin.spec import BuiltinOperator
from generator.model.constraints import (
    INPUT_CONSTRAINTS,
    ModelConstraint,
    OperatorConstraint,
    rule_and_remedy,
)

INTRODUCTION = """\
# Operators

Printed from the checks in `generator/engines/builtin/` by
`python -m generator.engines.builtin.operators_page`; a test holds this page to them.

What the built-in engine computes of a `.tflite`, bit for bit as TensorFlow Lite's reference kernels
do. *On rows*: as frames come, with no more rows in memory than the layer's window needs; that takes
that all its inputs come on rows too ([ADR 0001](adr/0001-row-streaming.md)). *Whole tensors*: once
for a patch, after its last frame ([ADR 0018](adr/0018-general-graphs.md)). Either way the results
are the same.

A model that breaks a rule below is refused before anything is built, with all its faults at once.
"""

ENDS = """\

## Ends

- Input: int8; or float32 or uint8, which a QUANTIZE makes int8 first: the front-end delivers what
  that would make. uint8 must have the int8 values' own scale: q + 128 stands for what q does.
- Shape: frames and bands, with axes of length 1 anywhere, such as (1, frames, bands, 1),
  (1, frames, bands), (1, 1, frames, bands), (1, frames, 1, bands); or flat, with a RESHAPE after
  it that says both.
- Output: one vector of int8 for a patch; or of float32 or uint8, which DEQUANTIZE or QUANTIZE makes
  of it: the firmware gives the int8 values. SOFTMAX or LOGISTIC make them probabilities, also where
  a RESHAPE follows. Without them they are logits: the highest mean value decides, and thresholds
  cannot be set ([decision.md](decision.md)); so are the log-probabilities of LOG_SOFTMAX. An
  embedding is taken for logits: the link carries its vector for each patch, and the decision means
  nothing.
- Classes, or values of the vector: 1 to 248, as many as one message of the link carries.
"""


def page() -> str:
    """The whole of docs/operators.md."""
    return "".join(f"{line}\n" for line in _lines()).replace("\n\n\n", "\n\n")


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    yield "| operator | how | runs |\n|---|---|---|"
    for one in sorted(builtin_operators().values(), key=lambda one: one.kind):
        yield f"| {one.kind} | {_told(one)} | {_runs(one)} |"
    yield ENDS
    yield "## Rules for every model\n\n| what must hold | else |\n|---|---|"
    for whole in (*INPUT_CONSTRAINTS, *order_constraints()):
        yield _rule_row(whole)
    for common in (one for tier in common_tiers() for one in tier):
        yield _rule_row(common)
    yield "\n## Rules for single operators\n"
    yield "| operators | what must hold | else |\n|---|---|---|"
    for (rule, remedy), kinds in _own_rules().items():
        yield f"| {', '.join(kinds)} | {rule} | {remedy} |"
    yield "\n## What cannot run\n\n| operators | why | instead |\n|---|---|---|"
    for reason in dict.fromkeys(REASONS.values()):
        names = ", ".join(kind for kind, own in REASONS.items() if own == reason)
        yield f"| {names} | {reason.why} | {reason.remedy} |"
    yield "\nNo other operator is computed either; a model that has one is refused with its name."


def _rule_row(constraint: ModelConstraint | OperatorConstraint) -> str:
    rule, remedy = _cells(constraint)
    return f"| {rule} | {remedy} |"


def _cells(constraint: ModelConstraint | OperatorConstraint) -> tuple[str, str]:
    rule, remedy = rule_and_remedy(constraint)
    return f"{rule}".replace("|", "\\|"), remedy.replace("|", "\\|")


def _own_rules() -> dict[tuple[str, str], list[str]]:
    """Rule and remedy of each constraint that not every operator has, with the kinds that do."""
    common = {one for tier in common_tiers() for one in tier}
    found: dict[tuple[str, str], list[str]] = {}
    for kind in sorted(builtin_operators()):
        for constraint in (one for tier in operator_tiers(kind) for one in tier):
            if constraint not in common:
                kinds = found.setdefault(_cells(constraint), [])
                kinds += [kind] if kind not in kinds else []
    return found


def _told(one: BuiltinOperator) -> str:
    """What the operator's own module says of it."""
    text = importlib.import_module(f"{OPERATORS_PACKAGE}.{one.kind.lower()}").__doc__ or ""
    return text.strip().splitlines()[0].partition(": ")[2] or text.strip().splitlines()[0]


def _runs(one: BuiltinOperator) -> str:
    if not one.computes:
        return "nothing is computed"
    if not one.int8_output:
        return "at the model's end"
    if one.on_rows is None:
        free = one.on_tensors is not None and one.on_tensors.is_view
        return "costs nothing" if free else "whole tensors"
    if one.on_rows.reduces is not None:
        return "adds rows up as they come, or whole tensors"
    if one.on_rows.is_view:
        return "costs nothing at the input, else whole tensors"
    return "on rows, or whole tensors"


if __name__ == "__main__":
    sys.stdout.write(page())
