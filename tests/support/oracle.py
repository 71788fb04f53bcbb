# SPDX-License-Identifier: Apache-2.0
"""The TFLite reference interpreter: what every operator's output must be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from generator.model.graph import Graph


class Oracle:
    """A model in LiteRT's reference kernels, with every tensor kept."""

    def __init__(self, graph: Graph, path: Path) -> None:
        self.graph = graph
        self._interpreter = Interpreter(
            str(path),
            experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
            experimental_preserve_all_tensors=True,
        )
        self._interpreter.allocate_tensors()

    def run(self, frames: NDArray[np.int8]) -> dict[int, NDArray[np.generic]]:
        """Every operator's output for one patch of [frames, bands]."""
        patch = frames.T if self.graph.transposed else frames
        self._interpreter.set_tensor(
            self.graph.inputs[0], np.ascontiguousarray(patch).reshape(self.graph.input.shape)
        )
        self._interpreter.invoke()
        return {
            operator.index: np.array(self._interpreter.get_tensor(operator.outputs[0]))
            for operator in self.graph.operators
            if operator.outputs and self.graph.tensor_out(operator).dtype != "RESOURCE"
        }
