# SPDX-License-Identifier: Apache-2.0
"""The reference of the network: LiteRT's reference kernels on the very .tflite that was compiled.

`OpResolverType.BUILTIN_REF`, because the default delegate (XNNPACK) and the optimised kernels round
some outputs otherwise.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from generator.errors import ToolError

Int8 = npt.NDArray[np.int8]


WITHOUT_VALUES = ("CALL_ONCE", "VAR_HANDLE", "ASSIGN_VARIABLE")


class Oracle:
    """One .tflite in the reference interpreter; keeps every operator's output.

    Variables of a streaming model keep their values from patch to patch, until `begin_clip`.
    """

    def __init__(self, model: Path) -> None:
        self._model = model
        self._open()
        # `_get_ops_details` is the interpreter's only list of operators and their tensors.
        self._operators: list[dict[str, Any]] = self._interpreter._get_ops_details()
        names = self.operator_names
        self._bands_first = names[0] == "TRANSPOSE"
        self._keeps_state = "VAR_HANDLE" in names
        self._scores = next(
            int(operator["outputs"][0])
            for operator in self._operators
            if operator["op_name"] in ("SOFTMAX", "LOGISTIC")
        )

    def _open(self) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter, OpResolverType
        except ImportError as error:
            raise ToolError(
                f"the reference interpreter is not installed: {error}",
                "`make test` installs it",
            ) from error
        self._interpreter: Any = Interpreter(
            model_path=str(self._model),
            experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
            experimental_preserve_all_tensors=True,
            num_threads=1,
        )
        self._interpreter.allocate_tensors()
        self._input: dict[str, Any] = self._interpreter.get_input_details()[0]

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
        scale, zero_point = self._input["quantization"]
        return float(scale), int(zero_point)

    def scores(self, frames: Int8) -> Int8:
        """The int8 scores [classes], of softmax or sigmoid, for one patch [frames, bands]."""
        self._invoke(frames)
        return np.array(self._interpreter.get_tensor(self._scores), np.int8).reshape(-1)

    def taps(self, frames: Int8) -> dict[int, npt.NDArray[Any]]:
        """Every operator's output for one patch, in the file's own shape, by operator index.

        Operators that only handle variables have none.
        """
        self._invoke(frames)
        return {
            index: np.array(self._interpreter.get_tensor(int(operator["outputs"][0])))
            for index, operator in enumerate(self._operators)
            if operator["op_name"] not in WITHOUT_VALUES
        }

    def _invoke(self, frames: Int8) -> None:
        patch = frames.T if self._bands_first else frames
        self._interpreter.set_tensor(
            self._input["index"], np.ascontiguousarray(patch.reshape(self._input["shape"]))
        )
        self._interpreter.invoke()
