# SPDX-License-Identifier: Apache-2.0
"""LiteRT's reference kernels for a .tflite, and the usual ones for operators that need them.

`OpResolverType.BUILTIN_REF` has no kernel for ELU, and does not load a model with one. Its SUM
reads int8 as unsigned bytes (measured with LiteRT 2.3); the usual one does not. Such an operator is
cut out of the model: what it makes becomes an input, which its usual kernel computes. All other
operators stay with the reference kernels, because the usual ones round some otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt

from generator.errors import ToolError
from generator.extras import HIL, how_to_install

NO_REFERENCE = ("ELU", "SUM")
"""Operators that LiteRT has among its usual kernels only, or whose reference kernel is wrong."""

BEGINS_AT_REST = "UNIDIRECTIONAL_SEQUENCE_LSTM"
"""Its states are variables of the interpreter, which the firmware does not keep between patches."""

Values = npt.NDArray[Any]


def reference_note(kinds: Iterable[str]) -> str:
    """What is not judged by the reference kernels, in words; empty where all is.

    `kinds`: of a model's operators, as the schema calls them.
    """
    named = _named(kinds)
    if not named:
        return ""
    return f"{named} judged by LiteRT's usual kernels: there is no right reference kernel"


def _named(kinds: Iterable[str]) -> str:
    """Those of them that the usual kernels compute."""
    return " and ".join(sorted(set(kinds) & set(NO_REFERENCE)))


class ReferenceInterpreter:
    """One .tflite, every tensor kept; tensors and operators have the numbers of the file.

    An operator without a reference kernel costs one more run of the model for each patch. Raises
    `ToolError` where LiteRT is not installed, and for such an operator in a model with variables,
    which a second run would change.
    """

    def __init__(self, model: Path) -> None:
        _import()
        content = model.read_bytes()
        self._apart = [_Apart(content, *one) for one in _without_reference(content)]
        if self._apart:
            content = _cut(content, {one.place for one in self._apart})
        self._inner = _open(content, reference=True)
        self.operators = self._all_operators()
        self._begins_at_rest = any(one["op_name"] == BEGINS_AT_REST for one in self.operators)
        if self._apart and any(one["op_name"] == "VAR_HANDLE" for one in self.operators):
            kinds = _named(one.kind for one in self._apart)
            raise ToolError(
                f"{model.name} has variables, and {kinds}, for which the reference "
                "interpreter must run twice: that would change the variables",
                "take another function than that, or build and inspect it without the comparison",
            )

    @property
    def note(self) -> str:
        """What is not judged by the reference kernels, in words; empty where all is."""
        return reference_note(one.kind for one in self._apart)

    @property
    def input(self) -> dict[str, Any]:
        """Of the patch."""
        return dict(self._inner.get_input_details()[0])

    @property
    def output(self) -> int:
        """The tensor that the model gives."""
        return int(self._inner.get_output_details()[0]["index"])

    @property
    def tensors(self) -> dict[int, dict[str, Any]]:
        """What LiteRT tells of each."""
        return {int(one["index"]): one for one in self._inner.get_tensor_details()}

    def run(self, patch: Values) -> None:
        """Compute every operator's output; `get_tensor` reads them."""
        self._inner.set_tensor(self.input["index"], patch)
        for one in self._apart:
            self._invoke()
            taken = [np.array(self._inner.get_tensor(index)) for index in one.taken]
            self._inner.set_tensor(one.made, one.run(taken))
        self._invoke()

    def _invoke(self) -> None:
        if self._begins_at_rest:
            self._inner.reset_all_variables()
        self._inner.invoke()

    def get_tensor(self, index: int) -> Values:
        """Of the last run."""
        return np.asarray(self._inner.get_tensor(index))

    def _all_operators(self) -> list[dict[str, Any]]:
        # `_get_ops_details` is the interpreter's only list of operators and their tensors.
        found: list[dict[str, Any]] = list(self._inner._get_ops_details())
        for one in self._apart:
            details = {"op_name": one.kind, "inputs": one.inputs, "outputs": (one.made,)}
            found.insert(one.place, details)
        return found


class _Apart:
    """One operator, alone in an interpreter with the usual kernels."""

    def __init__(self, content: bytes, place: int, kind: str) -> None:
        self.place, self.kind = place, kind
        model = _unpacked(content)
        graph = model.subgraphs[0]
        operator = graph.operators[place]
        self.inputs = tuple(map(int, operator.inputs))
        self.made = int(operator.outputs[0])
        self.taken = self.inputs[:1]
        graph.operators = [operator]
        graph.inputs, graph.outputs = list(self.taken), [self.made]
        self._alone = _open(_packed(model), reference=False)

    def run(self, taken: Sequence[Values]) -> Values:
        """What it makes of its inputs."""
        for index, values in zip(self.taken, taken, strict=True):
            self._alone.set_tensor(index, values)
        self._alone.invoke()
        return np.array(self._alone.get_tensor(self.made))


def _import() -> None:
    try:
        import ai_edge_litert.interpreter  # noqa: F401
    except ImportError as error:
        raise ToolError(
            f"the reference interpreter is not installed: {error}", how_to_install(HIL)
        ) from error


def _open(content: bytes, *, reference: bool) -> Any:
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    usual = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = Interpreter(
        model_content=content,
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF if reference else usual,
        experimental_preserve_all_tensors=True,
        num_threads=1,
    )
    interpreter.allocate_tensors()
    return interpreter


def _unpacked(content: bytes) -> Any:
    from ai_edge_litert import schema_py_generated as schema

    return schema.ModelT.InitFromPackedBuf(content, 0)


def _packed(model: Any) -> bytes:
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _kinds() -> dict[int, str]:
    """The kinds without a reference kernel by their codes."""
    from ai_edge_litert import schema_py_generated as schema

    return {getattr(schema.BuiltinOperator, kind): kind for kind in NO_REFERENCE}


def _without_reference(content: bytes) -> Iterator[tuple[int, str]]:
    """Place and kind of each operator that has no reference kernel."""
    from ai_edge_litert import schema_py_generated as schema

    kinds, model = _kinds(), schema.Model.GetRootAs(content, 0)
    graph = model.Subgraphs(0)
    for place in range(graph.OperatorsLength()):
        code = model.OperatorCodes(graph.Operators(place).OpcodeIndex())
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        if number in kinds:
            yield place, kinds[number]


def _cut(content: bytes, places: Collection[int]) -> bytes:
    """The model without some operators, whose outputs are inputs then."""
    from ai_edge_litert import schema_py_generated as schema

    model = _unpacked(content)
    graph = model.subgraphs[0]
    made = [int(graph.operators[place].outputs[0]) for place in sorted(places)]
    graph.inputs = [*map(int, graph.inputs), *made]
    graph.operators = [one for place, one in enumerate(graph.operators) if place not in places]
    for code in model.operatorCodes:  # LiteRT looks up kernels of codes that nobody uses, too
        if max(code.builtinCode, code.deprecatedBuiltinCode) in _kinds():
            code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.RELU
    return _packed(model)
