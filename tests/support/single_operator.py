# SPDX-License-Identifier: Apache-2.0
"""Models of one operator: what the interpreter makes of them, and what the C on whole tensors does.

Many cases are compiled into one program, under the address and undefined-behaviour sanitizers.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import tflite
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from generator.engines.builtin.check import operator_tiers
from generator.engines.builtin.registry import builtin_operator
from generator.engines.builtin.spec import Kernel, TensorCall
from generator.model.constraints import broken_by, operator_faults
from generator.model.graph import Graph
from generator.model.tflite_reader import read_tflite
from generator.repository import TEMPLATES_DIR
from hil.judges.reference import NO_REFERENCE
from tests.support.network_build import COMPILE, SANITIZE, host_kernels
from tests.support.tflite_writer import OperatorRecord, TensorRecord, write_model

Values = NDArray[Any]


def table_of(name: str, **fields: float) -> tuple[int, Callable[[flatbuffers.Builder], int]]:
    """An options table of the schema: its number in the union, and what writes it."""

    def write(builder: flatbuffers.Builder) -> int:
        getattr(tflite, f"{name}Start")(builder)
        for field, value in fields.items():
            getattr(tflite, f"{name}Add{field}")(builder, value)
        return int(getattr(tflite, f"{name}End")(builder))

    return getattr(tflite.BuiltinOptions, name), write


def quantised(
    name: str, shape: tuple[int, ...], scale: float, zero: int, data: Values | None = None
) -> TensorRecord:
    """An int8 tensor with one scale."""
    return TensorRecord(name, shape, "INT8", (float(np.float32(scale)),), (zero,), data=data)


def integers(name: str, values: Sequence[int] | Values) -> TensorRecord:
    """A constant of int32."""
    array = np.array(values, dtype=np.int32)
    return TensorRecord(name, array.shape, "INT32", data=array)


@dataclass
class Case:
    """One operator with its tensors; those without data that are not made are the inputs.

    States are none, nor are the `intermediates`, which only have scales.
    """

    kind: str
    inputs: list[TensorRecord | None]
    outputs: list[TensorRecord]
    options: tuple[int, Callable[[flatbuffers.Builder], int]] | None = None
    seed: int = 1
    intermediates: Sequence[TensorRecord] = ()

    @property
    def _moving(self) -> list[TensorRecord]:
        present = (one for one in self.inputs if one is not None)
        return [one for one in present if one.data is None and not one.is_state]

    def write(self, path: Path) -> None:
        """The .tflite file."""
        present = [one for one in self.inputs if one is not None]
        tensors = [*present, *self.outputs, *self.intermediates]
        where = {id(one): index for index, one in enumerate(tensors)}
        options_type, options = self.options or (0, None)
        operator = OperatorRecord(
            self.kind,
            [-1 if one is None else where[id(one)] for one in self.inputs],
            [where[id(one)] for one in self.outputs],
            options_type,
            options,
            [where[id(one)] for one in self.intermediates],
        )
        moving = [where[id(one)] for one in self._moving]
        path.write_bytes(write_model(tensors, [operator], moving, operator.outputs))

    def values(self) -> list[Values]:
        """Random values of the inputs that are no constants."""
        random = np.random.default_rng(self.seed)
        return [random.integers(-128, 128, one.shape).astype(np.int8) for one in self._moving]


def faults_of(case: Case, folder: Path) -> list[str]:
    """What the engine finds wrong with the operator."""
    path = folder / "case.tflite"
    case.write(path)
    graph = read_tflite(path)
    operator = graph.operators[0]
    broken = broken_by(graph, operator, operator_tiers(case.kind))
    return [fault.what for fault in operator_faults(broken)]


def interpret(path: Path, values: Sequence[Values], *, reference: bool = True) -> list[Values]:
    """What the reference interpreter makes of it, or that with the usual kernels."""
    usual = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = Interpreter(
        str(path), experimental_op_resolver_type=OpResolverType.BUILTIN_REF if reference else usual
    )
    interpreter.allocate_tensors()
    for details, one in zip(interpreter.get_input_details(), values, strict=True):
        interpreter.set_tensor(details["index"], one)
    interpreter.invoke()
    return [
        np.array(interpreter.get_tensor(details["index"]))
        for details in interpreter.get_output_details()
    ]


def _statements(graph: Graph) -> tuple[list[Kernel], list[str]]:
    """The kernels of the only operator, and the statements that make each of its outputs."""
    operator = graph.operators[0]
    facts = builtin_operator(operator)
    assert facts.on_tensors, f"{operator} does not run on whole tensors"
    folded = facts.fold(graph, operator) if facts.fold else None
    kernels: list[Kernel] = []
    lines: list[str] = []
    for output in range(len(operator.outputs)):
        call = TensorCall(graph, operator, folded, output)
        offset = facts.on_tensors.view(call)
        if offset is not None:
            count = call.tensor_out.element_count
            lines.append(f"memcpy(outputs[{output}], inputs[0] + {offset}, {count}u);")
            continue
        assert facts.on_tensors.kernel
        kernel = facts.on_tensors.kernel(call)
        kernels += kernel.with_calls()
        lines.append(f"{kernel.function}(&{kernel.layer.name}, inputs, outputs[{output}]);")
    return kernels, lines


def case_source(graph: Graph, number: int) -> str:
    """C of the function case_NUMBER, which runs the only operator of a graph."""
    kernels, statements = _statements(graph)
    text = ["#include <stddef.h>", "#include <string.h>", "#include <stdint.h>"]
    text += [f'#include "network/kernels/{header}.h"' for header in {k.header for k in kernels}]
    for kernel in kernels:
        for table in kernel.tables:
            lines = "\n".join(table.lines)
            text.append(f"static const {table.c_type} {table.name}[{table.count}] = {{\n{lines}}};")
        layer = kernel.layer
        fields = ", ".join(f".{name} = {value}" for name, value in layer.fields)
        text.append(f"static const {layer.c_type} {layer.name} = {{{fields}}};")
    head = f"void case_{number}(const int8_t *const *inputs, int8_t *const *outputs)"
    return "\n".join([*text, f"{head};", f"{head} {{", "(void)inputs;", *statements, "}", ""])


def _main(sizes: list[tuple[list[int], list[int]]]) -> str:
    text = ["#include <stdint.h>", "#include <stdio.h>", "#include <stdlib.h>"]
    calls: list[str] = []
    for number, (inputs, outputs) in enumerate(sizes):
        text.append(f"void case_{number}(const int8_t *const *inputs, int8_t *const *outputs);")
        into, out = [f"in{i}" for i in range(len(inputs))], [f"out{i}" for i in range(len(outputs))]
        calls.append("{")
        for name, size in zip(into, inputs, strict=True):
            calls.append(f"int8_t *{name} = malloc({size}); if (fread({name}, 1, {size}, stdin)")
            calls.append(f"!= {size}) {{ return 1; }}")
        for name, size in zip(out, outputs, strict=True):
            calls.append(f"int8_t *{name} = malloc({size});")
        calls.append(f"case_{number}((const int8_t *const[]){{{', '.join(into) or '0'}}},")
        calls.append(f"(int8_t *const[]){{{', '.join(out)}}});")
        for name, size in zip(out, outputs, strict=True):
            calls.append(f"fwrite({name}, 1, {size}, stdout);")
        calls += [f"free({name});" for name in (*into, *out)]
        calls.append("}")
    return "\n".join([*text, "int main(void) {", *calls, "return 0;", "}", ""])


def check_cases(cases: Sequence[Case], folder: Path) -> None:
    """Every case passes the engine's checks, and the compiled C makes what the interpreter does."""
    sources: list[Path] = []
    sizes: list[tuple[list[int], list[int]]] = []
    expected: list[list[Values]] = []
    data = b""
    for number, case in enumerate(cases):
        path = folder / f"case_{number}.tflite"
        case.write(path)
        values = case.values()
        expected.append(interpret(path, values, reference=case.kind not in NO_REFERENCE))
        graph = read_tflite(path)
        tiers = operator_tiers(case.kind)
        assert not broken_by(graph, graph.operators[0], tiers), case
        sources.append(folder / f"case_{number}.c")
        sources[-1].write_text(case_source(graph, number))
        sizes.append(([one.size for one in values], [one.size for one in expected[-1]]))
        data += b"".join(np.ascontiguousarray(one).tobytes() for one in values)
    sources.append(folder / "main.c")
    sources[-1].write_text(_main(sizes))
    program = folder / "cases"
    files = map(str, [*sources, *host_kernels(*SANITIZE)])
    relaxed = "-Wno-missing-braces"
    subprocess.run(
        [*COMPILE, *SANITIZE, relaxed, f"-I{TEMPLATES_DIR}", *files, "-o", str(program)],
        check=True,
    )
    done = subprocess.run([program], input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    position = 0
    for case, outputs in zip(cases, expected, strict=True):
        for output in outputs:
            made = np.frombuffer(done.stdout, np.int8, output.size, position)
            position += output.size
            np.testing.assert_array_equal(made.reshape(output.shape), output, str(case))
    assert position == len(done.stdout)
