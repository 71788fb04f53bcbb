# SPDX-License-Identifier: Apache-2.0
"""What the built-in engine must know of a kind of operator.

Each module in `operators/` defines one `OPERATOR` of the type `BuiltinOperator`. Everything else in
the engine asks these values and never compares kinds.

An operator on rows is computed row by row (docs/adr/0001). Its kernels have one of three shapes
(firmware_templates/network/stream.h): `combine` makes a row of its target at once; `gather` lays
its inputs out in columns, of which `product` makes a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from generator.engines.builtin.c_tables import Record, Table, c_list
from generator.engines.builtin.names import identifier
from generator.engines.builtin.windows import WHOLE_ROW, Window, padded
from generator.model.constraints import Tiers
from generator.model.graph import Graph, Operator, Tensor

FoldedT = TypeVar("FoldedT")


class Place(Enum):
    """Where in a network an operator can stand, in the order of the flow."""

    INPUT = "first, on the model's input"
    ROWS = "on rows"
    END_OF_ROWS = "from rows to a vector"
    VECTORS = "on vectors"
    SCORES = "from logits to scores"
    OUTPUT = "last, on the scores"


@dataclass(frozen=True, slots=True)
class Kernel:
    """A C function, its files, and the constants that it is given."""

    function: str
    source: str
    """Its file in network/kernels, without the .c."""
    header: str
    """The same of the header that declares it and its record."""
    layer: Record
    tables: tuple[Table, ...] = ()
    """What the record points at."""


@dataclass(frozen=True, slots=True)
class Call(Generic[FoldedT]):
    """One operator of a network, for which its kernels are asked."""

    graph: Graph
    operator: Operator
    folded: FoldedT
    """What the operator's `fold` has made; None where it has none."""

    def name(self, prefix: str) -> str:
        """The C name of something that belongs to the operator."""
        return f"{prefix}_{identifier(self.operator)}"

    def record(self, c_type: str, *fields: tuple[str, str], prefix: str = "layer") -> Record:
        """A record of the operator."""
        return Record(self.name(prefix), c_type, str(self.operator), fields)

    @property
    def tensor_in(self) -> Tensor:
        """The operator's first input."""
        return self.graph.tensor_in(self.operator)

    @property
    def tensor_out(self) -> Tensor:
        """The operator's output."""
        return self.graph.tensor_out(self.operator)


@dataclass(frozen=True, slots=True)
class RowCall(Call[FoldedT]):
    """An operator on rows."""

    window: Window

    @property
    def channel_stride(self) -> int:
        """Bytes of a plane of the output's rows."""
        return padded(self.tensor_out.shape[2])


RowKernel = Callable[[RowCall[Any]], Kernel]


@dataclass(frozen=True, slots=True)
class Collected:
    """What an operator that ends the rows fills with them."""

    member: str
    """Its name in the arena."""
    c_type: str
    count: int
    item_bytes: int
    rows_kept: int
    """1: every row goes to the same place."""
    row_bytes: int
    is_vector: bool
    """True: it is the operator's output; False: a call after the last row makes that of it."""

    @property
    def size_bytes(self) -> int:
        """Bytes in the arena."""
        return self.count * self.item_bytes


def _whole_row(graph: Graph, operator: Operator) -> Window:
    return WHOLE_ROW


@dataclass(frozen=True, slots=True)
class OnRows:
    """How an operator takes rows: its window, its scratch, its kernels."""

    window: Callable[[Graph, Operator], Window] = _whole_row
    combine: RowKernel | None = None
    gather: RowKernel | None = None
    product: RowKernel | None = None
    column_values: Callable[[Graph, Operator], int] | None = None
    """Of an operator that gathers: values of one pixel's column."""
    leaves_columns: bool = False
    """Its columns hold its output: the product of the operator that follows may take them."""
    takes_columns: Callable[[Graph, Operator], bool] | None = None
    """True for an operator whose product can take its input in columns, without a gather."""
    collects: Callable[[Graph, Operator], Collected] | None = None
    """Of an operator that ends the rows."""


@dataclass(frozen=True, slots=True)
class VectorCall(Call[FoldedT]):
    """An operator on vectors."""

    source: str
    """The C expression of its input: a pointer."""
    target: str
    """That of its output."""

    def tap(self) -> tuple[str, ...]:
        """The statement that hands the output to the taps."""
        count = self.tensor_out.element_count
        return c_list(
            "row_tap_values(", (f"{self.operator.index}u", "0u", self.target, f"{count}u"), ");"
        )

    def runs(self, kernel: Kernel) -> VectorStep:
        """The step that calls a kernel with record, input and output, and taps the output."""
        arguments = (f"&{kernel.layer.name}", self.source, self.target)
        call = c_list(f"{kernel.function}(", arguments, ");")
        return VectorStep((*call, *self.tap()), (kernel,))


@dataclass(frozen=True, slots=True)
class VectorStep:
    """Statements of the tail."""

    lines: tuple[str, ...]
    kernels: tuple[Kernel, ...] = ()


@dataclass(frozen=True, slots=True)
class OnVectors:
    """How an operator takes a vector: what it writes, and the statements that do it."""

    step: Callable[[VectorCall[Any]], VectorStep]
    makes_vector: bool = False
    """True: its output is a vector of its own; False: it takes the place of its input."""


@dataclass(frozen=True, slots=True)
class BuiltinOperator:
    """One kind of operator of the built-in engine."""

    kind: str
    """The .tflite schema's name."""
    places: tuple[Place, ...]
    shapes: Callable[[Tensor, Tensor], bool]
    """Whether its first input and its output have shapes for its place."""
    inputs_needed: int = 1
    int8_output: bool = True
    constraints: Tiers = ()
    """What else it must fulfil, tier after tier."""
    listed_as: str = ""
    """How the list of operators that can run names it, where the kind alone would mislead."""
    fold: Callable[[Graph, Operator], Any] | None = None
    """Its numbers as its kernels want them; raises ChannelsTooLargeError."""
    on_rows: OnRows | None = None
    on_vectors: OnVectors | None = None
    """Also of an operator that ends the rows: what is done after the last row."""


def rows_to_rows(source: Tensor, target: Tensor) -> bool:
    """Both are (1, rows, bands, channels)."""
    return len(source.shape) == 4 and len(target.shape) == 4


def from_rows(source: Tensor, target: Tensor) -> bool:
    """The input is (1, rows, bands, channels)."""
    return len(source.shape) == 4


def to_vector(source: Tensor, target: Tensor) -> bool:
    """The output is a vector."""
    return target.element_count == target.shape[-1]


def vector_to_vector(source: Tensor, target: Tensor) -> bool:
    """Both are vectors."""
    return to_vector(target, source) and to_vector(source, target)
