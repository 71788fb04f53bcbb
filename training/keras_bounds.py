# SPDX-License-Identifier: Apache-2.0
"""What a Keras file asks for, looked at before Keras makes room for it, or runs any of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from generator.errors import Fault, InputError
from training.keras_archive import UNREADABLE, KerasFile, open_keras_file
from training.keras_sizes import ABSURD, Sizes, TooManyLayersError, sizes_of

LARGEST_NUMBER = 1 << 20
"""In a layer's configuration: no shape or count of a small network comes near."""

OF_WEIGHTS = frozenset(
    {"depth_multiplier", "filters", "key_dim", "num_heads", "output_dim", "units"}
)
"""Each of these has at least a byte among the stored weights."""

ANY_NUMBER = frozenset({"max_value", "min_value", "seed", "shared_object_id", "threshold"})
"""These make room for nothing."""

PARAMETERS_VARIABLE, MOST_PARAMETERS = "MEL2METAL_MOST_PARAMETERS", 1 << 24
"""Parameters of all layers: more than fit into any microcontroller's flash."""

VALUES_VARIABLE, MOST_VALUES = "MEL2METAL_MOST_ACTIVATIONS", 1 << 26
"""Values of the outputs of all layers, for one patch."""

CODE = frozenset({"Lambda"})
"""Layers that are a program of whoever wrote the file."""

OWN_MODULES = ("keras", "tensorflow", "tf_keras", "builtins")
LONGEST_REASON = 300


def check_keras_file(
    path: Path,
    remedy: str = "",
    environment: Mapping[str, str] = os.environ,
    *,
    is_probed: bool = True,
) -> None:
    """Raise InputError unless Keras may open a file: whole, of known layers, of a bounded size.

    Nothing of it is run, and TensorFlow is not imported. `is_probed`: as of `open_keras_file`.
    """
    limits = _limits(environment)
    try:
        fault = _fault(open_keras_file(path, is_probed=is_probed), *limits)
    except UNREADABLE as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        what = f"is not a complete Keras model: {reason[:LONGEST_REASON]}"
        raise InputError([Fault(str(path), what, remedy)]) from error
    if fault is not None:
        what, own_remedy = fault
        raise InputError([Fault(str(path), what, own_remedy or remedy)])


def _limits(environment: Mapping[str, str]) -> tuple[int, int]:
    faults, found = [], []
    for name, usual in ((PARAMETERS_VARIABLE, MOST_PARAMETERS), (VALUES_VARIABLE, MOST_VALUES)):
        text = environment.get(name, "")
        is_number = text.isascii() and text.isdigit() and 0 < len(text) <= 15
        if text and not is_number:
            faults.append(
                Fault(name, f"{text[:40]!r} is no number", f"say {2 * usual}, or unset it")
            )
        found.append(int(text) if is_number else usual)
    if faults:
        raise InputError(faults)
    return found[0], found[1]


def _fault(file: KerasFile, most_parameters: int, most_values: int) -> tuple[str, str] | None:
    """What is wrong, and the remedy if it is not the caller's."""
    if file.configuration is None:
        return None
    foreign = next(_foreign(file.configuration), "")
    if foreign:
        return foreign, "take a model of Keras's own layers"
    number = _number_fault(file)
    if number:
        return number, ""
    try:
        sizes = sizes_of(file.configuration)
    except TooManyLayersError as error:
        return f"has {error}", "give a model for a microcontroller"
    if sizes.known and sizes.parameters > 2 * file.stored_bytes:
        what = f"asks for {_count(sizes.parameters)} parameters, most of them in {sizes.largest}, "
        return f"{what}and has {file.stored_bytes} bytes of weights", ""
    return _size_fault(sizes, most_parameters, most_values)


def _size_fault(sizes: Sizes, most_parameters: int, most_values: int) -> tuple[str, str] | None:
    for count, most, what, name in (
        (sizes.parameters, most_parameters, "parameters", PARAMETERS_VARIABLE),
        (sizes.values, most_values, "values in the outputs of its layers", VALUES_VARIABLE),
    ):
        if count > most:
            said = f"has {_count(count)} {what}, most of them in {sizes.largest}; {most} are taken"
            remedy = "give a model for a microcontroller"
            if count < ABSURD:
                remedy += f", or set {name}={count} if there is memory for them"
            return said, remedy
    return None


def _count(number: int) -> str:
    return str(number) if number < ABSURD else "more than 10^24"


def _number_fault(file: KerasFile) -> str:
    for layer, key, number in _numbers(file.configuration, "", ""):
        if key in ANY_NUMBER:
            continue
        if abs(number) > LARGEST_NUMBER or (key in OF_WEIGHTS and number > file.stored_bytes):
            shown = str(number) if abs(number) < 10**20 else "a number of over 20 digits"
            return (
                f"layer {layer[:80]!r}: {key[:80]} is {shown}, and no such weights are in the file"
            )
    return ""


def _numbers(value: Any, layer: str, key: str) -> Iterator[tuple[str, str, int]]:
    """Every integer below a value, with the layer and the key that it belongs to."""
    if isinstance(value, dict):
        name = value.get("name")
        layer = name if isinstance(name, str) else layer
        for inner, one in value.items():
            yield from _numbers(one, layer, inner)
    elif isinstance(value, list):
        for one in value:
            yield from _numbers(one, layer, key)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield layer, key, value


def _foreign(value: Any) -> Iterator[str]:
    """Layers that are programs, or that come from elsewhere than Keras."""
    if isinstance(value, dict):
        kind, module = value.get("class_name"), value.get("module")
        config = value.get("config")
        name = config.get("name") if isinstance(config, dict) else config
        if kind in CODE or kind == "__lambda__":
            yield f"layer {str(name)[:80]!r} is a {kind}, a program of the file's, which is not run"
        elif (
            isinstance(kind, str)
            and isinstance(module, str)
            and module.partition(".")[0] not in OWN_MODULES
        ):
            yield f"{kind[:80]} {str(name)[:80]!r} is of module {module[:80]}, not of Keras"
        for one in value.values():
            yield from _foreign(one)
    elif isinstance(value, list):
        for one in value:
            yield from _foreign(one)
