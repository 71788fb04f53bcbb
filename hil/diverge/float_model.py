# SPDX-License-Identifier: Apache-2.0
"""The float .tflite of a network that was quantised, run beside its int8 one."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from generator.errors import Fault, InputError
from hil.judges.oracle import SAME_VALUES, Int8, Oracle
from hil.judges.reference import ReferenceInterpreter

Floats = npt.NDArray[np.float32]


class FloatModel:
    """Gets real values of the int8 model's frames; its layers are those of the int8 model.

    Both were converted from one network, so the operators that compute follow each other in the
    same order. Raises `InputError` for a file that is no float .tflite of that network.
    """

    def __init__(self, path: Path, partner: Oracle) -> None:
        self._partner = partner
        try:
            self._interpreter = ReferenceInterpreter(path)
        except (OSError, ValueError, RuntimeError, struct.error) as error:
            raise InputError([Fault(str(path), f"cannot be run: {error}")]) from error
        self._input: dict[str, Any] = self._interpreter.input
        self._pairs = self._pair(path)

    def outputs(self, frames: Int8) -> Mapping[int, Floats]:
        """Real values of each layer for a patch [frames, features], by the int8 model's indices."""
        scale, zero_point = self._partner.input_scale
        real = (frames.astype(np.float32) - np.float32(zero_point)) * np.float32(scale)
        patch = self._partner.patch_as_filed(real).reshape(self._input["shape"])
        self._interpreter.run(patch)
        return {
            ours: self._partner.as_firmware_has(ours, self._interpreter.get_tensor(theirs))
            for ours, theirs in self._pairs.items()
        }

    def _pair(self, path: Path) -> dict[int, int]:
        """The tensors of this file that stand for outputs of the int8 model's operators."""
        faults = []
        if self._input["dtype"] is not np.float32:
            faults.append(f"its input is {self._input['dtype'].__name__}, not float32")
        theirs = [one for one in self._interpreter.operators if one["op_name"] not in SAME_VALUES]
        ours = self._partner.computing()
        if [name for _, name in ours] != [str(one["op_name"]) for one in theirs]:
            faults.append(f"its {len(theirs)} layers are not the {len(ours)} of the int8 model")
        if faults:
            remedy = "name the float .tflite that was converted from the same network"
            raise InputError([Fault(str(path), what, remedy) for what in faults])
        return {index: int(one["outputs"][0]) for (index, _), one in zip(ours, theirs, strict=True)}
