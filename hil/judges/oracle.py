# SPDX-License-Identifier: Apache-2.0
"""The reference of the network: LiteRT's reference kernels on the very .tflite that was compiled.

`OpResolverType.BUILTIN_REF`, because the default delegate (XNNPACK) and the optimised kernels round
some outputs otherwise. Operators that it has not are told in `Oracle.note`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from generator.model.arrangement import Arrangement
from hil.judges.reference import ReferenceInterpreter

Int8 = npt.NDArray[np.int8]

SAME_VALUES = ("QUANTIZE", "DEQUANTIZE", "RESHAPE", "EXPAND_DIMS", "SQUEEZE")
"""Operators that change at most type, scale and shape."""


WITHOUT_VALUES = ("CALL_ONCE", "VAR_HANDLE", "ASSIGN_VARIABLE")


class Oracle:
    """One .tflite in the reference interpreter; keeps every operator's output.

    `patch` and `outputs` (by operator index) say how the file has its input and its layers' outputs
    where it has them otherwise than the firmware, which takes frame by frame. Variables of a
    streaming model keep their values from patch to patch, until `begin_clip`.
    """

    def __init__(
        self, model: Path, patch: Arrangement | None, outputs: Mapping[int, Arrangement]
    ) -> None:
        self._model = model
        self._open()
        self._operators = self._interpreter.operators
        self._tensors = self._interpreter.tensors
        self._arranged_patch, self._arranged_outputs = patch, outputs
        self._keeps_state = "VAR_HANDLE" in self.operator_names
        self._first = self._first_int8()
        self._scores = self._last_int8()

    def _open(self) -> None:
        self._interpreter = ReferenceInterpreter(self._model)
        self._input = self._interpreter.input

    @property
    def note(self) -> str:
        """Which layers other kernels than the reference ones judge; empty: none."""
        return self._interpreter.note

    def begin_clip(self) -> None:
        """Give variables the values that they begin with; LiteRT does it in no other way."""
        if self._keeps_state:
            self._open()

    @property
    def operator_names(self) -> tuple[str, ...]:
        """Names of the operators in the order of the file, as in CONV_2D."""
        return tuple(str(operator["op_name"]) for operator in self._operators)

    @property
    def input_scale(self) -> tuple[float, int]:
        """Real value of one step of the int8 input, and the step that means 0."""
        scale, zero_point = self._first["quantization"]
        return float(scale), int(zero_point)

    def quantisation(self, operator: int) -> tuple[float | None, int]:
        """Scale and zero point of an operator's output; no scale for one that has none."""
        tensor = self._tensors[int(self._operators[operator]["outputs"][0])]
        scale, zero_point = tensor["quantization"]
        return (float(scale) or None, int(zero_point))

    def computing(self) -> tuple[tuple[int, str], ...]:
        """Index and name of the operators that do more than change type, scale or shape."""
        named = enumerate(self.operator_names)
        return tuple((index, name) for index, name in named if name not in SAME_VALUES)

    def patch_as_filed(self, frames: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """A patch [frames, bands] as the file has its input, axes of length 1 left out."""
        given = self._arranged_patch.turn_back(frames) if self._arranged_patch else frames
        return np.ascontiguousarray(given)

    def as_firmware_has(self, operator: int, filed: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """An operator's output in the file's order, in the firmware's."""
        arrangement = self._arranged_outputs.get(operator)
        return arrangement.turn(filed) if arrangement else np.array(filed)

    def scores(self, frames: Int8) -> Int8:
        """The int8 scores [classes] for one patch [frames, bands]."""
        self._invoke(frames)
        return np.array(self._interpreter.get_tensor(self._scores), np.int8).reshape(-1)

    def taps(self, frames: Int8) -> dict[int, npt.NDArray[Any]]:
        """Every operator's output for one patch, as the firmware has it, by operator index.

        Operators that only handle variables have none.
        """
        self._invoke(frames)
        return {
            index: self._output(index)
            for index, operator in enumerate(self._operators)
            if operator["op_name"] not in WITHOUT_VALUES
        }

    def _output(self, index: int) -> npt.NDArray[Any]:
        found = self._interpreter.get_tensor(int(self._operators[index]["outputs"][0]))
        return self.as_firmware_has(index, found)

    def _invoke(self, frames: Int8) -> None:
        patch = self.patch_as_filed(frames)
        self._interpreter.run(self._as_taken(patch.reshape(self._input["shape"])))

    def _as_taken(self, patch: Int8) -> npt.NDArray[Any]:
        """What the model must be given so that its first layer sees this patch."""
        if self._input["dtype"] is np.uint8:
            return (patch.astype(np.int16) + 128).astype(np.uint8)
        if self._input["dtype"] is np.float32:
            scale, zero_point = self._first["quantization"]
            steps = patch.astype(np.float32) - np.float32(zero_point)
            return steps * np.float32(scale)
        return patch

    def _first_int8(self) -> dict[str, Any]:
        """The int8 tensor that the input becomes, or is."""
        tensor: dict[str, Any] = self._input
        for operator in self._operators:
            if tensor["dtype"] is np.int8:
                break
            if tensor["index"] in operator["inputs"]:
                tensor = self._tensors[int(operator["outputs"][0])]
        return tensor

    def _last_int8(self) -> int:
        """The tensor of the scores: of what SOFTMAX or LOGISTIC makes, if only its type changes."""
        tensor = self._interpreter.output
        places = [tensor]
        for operator in reversed(self._operators):
            if tensor in operator["outputs"] and operator["op_name"] in SAME_VALUES:
                tensor = int(operator["inputs"][0])
                places.append(tensor)
            elif tensor in operator["outputs"]:
                probable = operator["op_name"] in ("SOFTMAX", "LOGISTIC")
                whole = [one for one in places if self._tensors[one]["dtype"] is np.int8]
                return whole[-1] if probable else whole[0]
        return tensor
