# SPDX-License-Identifier: Apache-2.0
"""Inference of an int8 `.tflite` with LiteRT's reference kernels (BUILTIN_REF).

The generated C equals these kernels bit for bit. The optimised ones (XNNPACK) differ by one step.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from generator.errors import Fault, InputError, ToolError
from generator.frontend.record import Axes, FrontendRecord
from generator.model.decision import SHARE_STEPS, ZERO_SHARE_STEP, Head
from training.patches import InputScale, Patches


class Classifier:
    """A model with its input quantisation and its scores.

    The input is int8 (1, frames, bands, 1), or (1, bands, frames, 1) for a model with a leading
    transpose; `bands_first` is true for the latter, where both could be by the record. Raises
    ToolError if there is no file and InputError for any other kind of model.
    """

    def __init__(self, model: Path, record: FrontendRecord) -> None:
        bands = record.features
        try:
            content = model.read_bytes()
        except OSError as error:
            raise ToolError(f"no model at {model}: {error.strerror}") from error
        self.path = model
        self.sha256 = hashlib.sha256(content).hexdigest()
        self._content = content
        try:
            interpreter = self._open()
        except (ValueError, RuntimeError) as error:
            raise InputError([Fault(str(model), f"LiteRT refuses it: {error}")]) from error
        self._interpreter = interpreter
        (entry, *more_inputs) = interpreter.get_input_details()
        (result, *more_results) = interpreter.get_output_details()
        shape = [int(size) for size in entry["shape"]]
        faults = []
        if "SUM" in self._operator_names():  # it reads int8 as unsigned bytes (docs/adr/0018)
            what = "LiteRT's reference kernel computes its SUM wrongly"
            faults.append(Fault(str(model), what, "leave out --engine litert: our C is right"))
        if more_inputs or more_results:
            faults.append(Fault(str(model), "has more than one input or output"))
        if entry["dtype"] is not np.int8:
            faults.append(Fault(str(model), f"its input is {entry['dtype'].__name__}, not int8"))
        if len(shape) != 4 or shape[0] != 1 or shape[3] != 1 or bands not in shape[1:3]:
            faults.append(
                Fault(str(model), f"its input is {shape}", f"needed: [1, frames, {bands}, 1]")
            )
        if result["dtype"] not in (np.float32, np.int8) or len(result["shape"]) != 2:
            faults.append(Fault(str(model), "its output is not [1, classes] of float32 or int8"))
        if faults:
            raise InputError(faults)
        scale, zero_point = entry["quantization"]
        self.input_scale = InputScale(float(scale), int(zero_point))
        square = shape[1] == shape[2]
        self.bands_first = shape[1] == bands and (not square or record.axes is Axes.BANDS_FIRST)
        self.frames = shape[2] if self.bands_first else shape[1]
        self.classes = int(result["shape"][1])
        self.head = self._head()
        self._input, self._output = int(entry["index"]), int(result["index"])

    def _open(self) -> Any:
        interpreter: Any = Interpreter(
            model_content=self._content,
            experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
            num_threads=1,
        )
        interpreter.allocate_tensors()
        return interpreter

    @property
    def _begins_at_rest(self) -> bool:
        """Whether it has an LSTM, whose state the firmware does not keep between patches."""
        names = (one["op_name"] for one in self._interpreter._get_ops_details())
        return "UNIDIRECTIONAL_SEQUENCE_LSTM" in names

    @property
    def keeps_state(self) -> bool:
        """Whether it has variables, which outlive a patch."""
        return "VAR_HANDLE" in self._operator_names()

    def _operator_names(self) -> list[str]:
        return [str(one["op_name"]) for one in self._interpreter._get_ops_details()]

    def _head(self) -> Head:
        """The kind of head: the last operator, apart from a final DEQUANTIZE."""
        names = self._operator_names()
        last = [name for name in names if name not in ("DEQUANTIZE", "DELEGATE")][-1:]
        if last == ["LOGISTIC"]:
            return Head.SIGMOID
        if last == ["SOFTMAX"]:
            return Head.SOFTMAX
        what = f"its scores come from {', '.join(last) or 'nothing'}"
        raise InputError([Fault(str(self.path), what, "needed: SOFTMAX or LOGISTIC at the end")])

    def scores(self, patches: Patches) -> npt.NDArray[np.int8]:
        """Scores int8 [patches, classes] for patches int8 [patches, frames, bands] of one clip.

        Variables begin anew: LiteRT has no other way for that than a new interpreter.
        """
        if self.keeps_state:
            self._interpreter = self._open()
        rows = [self._one(patch) for patch in patches]
        return np.stack(rows) if rows else np.empty((0, self.classes), np.int8)

    def _one(self, patch: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
        cells = patch.T if self.bands_first else patch
        if self._begins_at_rest:
            self._interpreter.reset_all_variables()
        self._interpreter.set_tensor(self._input, cells[np.newaxis, :, :, np.newaxis])
        self._interpreter.invoke()
        row = self._interpreter.get_tensor(self._output)[0]
        if row.dtype == np.int8:
            return np.asarray(row, np.int8)
        return np.asarray(np.rint(row * SHARE_STEPS) + ZERO_SHARE_STEP, dtype=np.int8)
