# SPDX-License-Identifier: Apache-2.0
"""The TFLite reference interpreter: what every operator's output must be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.model.graph import Graph
from hil.judges.oracle import Oracle as Judge
from hil.judges.reference import ReferenceInterpreter


class Oracle:
    """A model in LiteRT's reference kernels, with every tensor kept."""

    def __init__(self, graph: Graph, path: Path) -> None:
        self.graph = graph
        self._interpreter = ReferenceInterpreter(path)
        self._input = self._interpreter.input

    def run(self, frames: NDArray[np.int8]) -> dict[int, NDArray[np.generic]]:
        """Every operator's output for one patch of [frames, bands], as the graph has it."""
        graph, given = self.graph, np.ascontiguousarray(frames)
        if graph.inputs[0] in graph.arrangements:
            given = graph.arrangements[graph.inputs[0]].turn_back(given)
        self._interpreter.run(self._as_taken(given))
        return {
            operator.index: self._output(operator.outputs[0])
            for operator in graph.operators
            if operator.outputs
            and not operator.added
            and graph.tensor_out(operator).dtype != "RESOURCE"
        }

    def _output(self, tensor: int) -> NDArray[np.generic]:
        found = np.array(self._interpreter.get_tensor(tensor))
        arrangement = self.graph.arrangements.get(tensor)
        return arrangement.turn(found) if arrangement else found

    def scores(self) -> NDArray[np.int8]:
        """The int8 scores of the last patch."""
        tensor = self.graph.scores.index
        for operator in reversed(self.graph.operators):
            if operator.added and operator.outputs[0] == tensor:
                tensor = operator.inputs[0]
        found = self._interpreter.get_tensor(tensor)
        return np.array(found, np.int8).reshape(-1)

    def _as_taken(self, patch: NDArray[np.int8]) -> NDArray[np.generic]:
        """The same numbers in the shape and the type that the file takes."""
        taken, patch = self._input["dtype"], patch.reshape(self._input["shape"])
        if taken is np.uint8:
            return (patch.astype(np.int16) + 128).astype(np.uint8)
        if taken is np.float32:
            quantised = self.graph.input
            steps = patch.astype(np.float32) - np.float32(quantised.zero_point)
            return steps * np.float32(quantised.scale)
        return patch


def judge_of(graph: Graph, path: Path) -> Judge:
    """The harness's oracle of a model, as a project of this graph makes it."""
    outputs = {
        one.index: graph.arrangements[one.outputs[0]]
        for one in graph.operators
        if one.outputs and one.outputs[0] in graph.arrangements
    }
    return Judge(path, graph.arrangements.get(graph.inputs[0]), outputs)
