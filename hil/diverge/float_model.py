# SPDX-License-Identifier: Apache-2.0
"""The float .tflite of a network that was quantised, run beside its int8 one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from generator.errors import Fault, InputError
from hil.judges.oracle import BEGINS_AT_REST, SAME_VALUES, Int8, Oracle

Floats = npt.NDArray[np.float32]


class FloatModel:
    """Gets real values of the int8 model's frames; its layers are those of the int8 model.

    Both were converted from one network, so the operators that compute follow each other in the
    same order. Raises `InputError` for a file that is no float .tflite of that network.
    """

    def __init__(self, path: Path, partner: Oracle) -> None:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        self._partner = partner
        try:
            self._interpreter: Any = Interpreter(
                model_path=str(path),
                experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
                experimental_preserve_all_tensors=True,
                num_threads=1,
            )
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise InputError([Fault(str(path), f"cannot be run: {error}")]) from error
        self._input: dict[str, Any] = self._interpreter.get_input_details()[0]
        self._pairs = self._pair(path)

    def outputs(self, frames: Int8) -> Mapping[int, Floats]:
        """Real values of each layer for a patch [frames, features], by the int8 model's indices."""
        scale, zero_point = self._partner.input_scale
        real = (frames.astype(np.float32) - np.float32(zero_point)) * np.float32(scale)
        patch = self._partner.patch_as_filed(real).reshape(self._input["shape"])
        if BEGINS_AT_REST in self._partner.operator_names:
            self._interpreter.reset_all_variables()
        self._interpreter.set_tensor(self._input["index"], patch)
        self._interpreter.invoke()
        return {
            ours: self._partner.as_firmware_has(ours, self._interpreter.get_tensor(theirs))
            for ours, theirs in self._pairs.items()
        }

    def _pair(self, path: Path) -> dict[int, int]:
        """The tensors of this file that stand for outputs of the int8 model's operators."""
        faults = []
        if self._input["dtype"] is not np.float32:
            faults.append(f"its input is {self._input['dtype'].__name__}, not float32")
        # `_get_ops_details` is the interpreter's only list of operators and their tensors.
        operators = self._interpreter._get_ops_details()
        theirs = [one for one in operators if one["op_name"] not in SAME_VALUES]
        ours = self._partner.computing()
        if [name for _, name in ours] != [str(one["op_name"]) for one in theirs]:
            faults.append(f"its {len(theirs)} layers are not the {len(ours)} of the int8 model")
        if faults:
            remedy = "name the float .tflite that was converted from the same network"
            raise InputError([Fault(str(path), what, remedy) for what in faults])
        return {index: int(one["outputs"][0]) for (index, _), one in zip(ours, theirs, strict=True)}
