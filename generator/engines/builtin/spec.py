# SPDX-License-Identifier: Apache-2.0
"""What the built-in engine must know of a kind of operator.

Each module in `operators/` defines one `OPERATOR` of the type `BuiltinOperator`. Everything else in
the engine asks these values and never compares kinds.

An operator on rows is computed row by row (docs/adr/0001). Its kernels have one of three shapes
(firmware_templates/network/stream.h): `combine` makes a row of its target at once; `gather` lays
its inputs out in columns, of which `product` makes a row. An operator on whole tensors is one call
of a `tensor_kernel` (firmware_templates/network/tail.h) after the last row. Where an operator runs
is decided by `partition.py`: on rows if it can.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from generator.engines.builtin.c_tables import Record, Table
from generator.engines.builtin.names import identifier
from generator.engines.builtin.products import no_products
from generator.engines.builtin.windows import WHOLE_ROW, Window, padded
from generator.model.constraints import Tiers
from generator.model.graph import Graph, Operator, Quantisation, Tensor

FoldedT = TypeVar("FoldedT")


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
    calls: tuple[Kernel, ...] = ()
    """Kernels that it calls itself: its record points at theirs."""
    helpers: tuple[str, ...] = ()
    """Other files in network/kernels that it needs, without the .c."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Its files in network/kernels, without the .c."""
        return (self.source, *self.helpers)

    def with_calls(self) -> tuple[Kernel, ...]:
        """The kernel after all that it calls, as their records must be declared."""
        return (*(one for inner in self.calls for one in inner.with_calls()), self)


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

    @property
    def pair_quantisations(self) -> tuple[Quantisation, Quantisation, Quantisation]:
        """Of the two inputs and the output of an operator on a pair."""
        first, second = (self.graph.tensor_in(self.operator, i).quantisation for i in (0, 1))
        target = self.tensor_out.quantisation
        assert first and second and target
        return first, second, target


@dataclass(frozen=True, slots=True)
class RowCall(Call[FoldedT]):
    """An operator on rows."""

    window: Window
    output: int = 0
    """Which of the operator's outputs is made."""

    channels_taken: int = 0
    """Of its rows, in one call of its gather or its combine; 0: all."""
    channels_made: int = 0
    """Of its target's rows, in one call of its product; 0: all."""
    reads_swapped: bool = False
    """Its rows' pixels lie as 0 2 1 3 (firmware_templates/network/kernels/row_view.h)."""
    makes_swapped: bool = False
    """Its target's pixels are to lie so."""

    @property
    def tensor_out(self) -> Tensor:
        """The output that is made."""
        return self.graph.tensors[self.operator.outputs[self.output]]

    @property
    def channel_stride(self) -> int:
        """Bytes of a plane of the output's rows."""
        return padded(self.tensor_out.shape[2])


RowKernel = Callable[[RowCall[Any]], Kernel]


@dataclass(frozen=True, slots=True)
class Collected:
    """What of a streamed tensor is kept in the arena for the tail."""

    c_type: str
    count: int
    item_bytes: int
    rows_kept: int
    """1: every row goes to the same place."""
    row_bytes: int
    starts_at: int = 0
    """The value of every item before the first row."""

    @property
    def size_bytes(self) -> int:
        """Bytes in the arena."""
        return self.count * self.item_bytes


def _whole_row(graph: Graph, operator: Operator) -> Window:
    return WHOLE_ROW


def _no_objection(graph: Graph, operator: Operator) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class OnRows:
    """How an operator takes rows: its window, its scratch, its kernels."""

    refuses: Callable[[Graph, Operator], str | None] = _no_objection
    """Why it cannot run row by row as it is in this graph; None: it can."""
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
    makes_groups: bool = False
    """Its product may make a row's channels in groups, one a call."""
    takes_groups: Callable[[Graph, Operator], bool] | None = None
    """True for an operator whose gather or combine can take a row's channels in groups."""
    makes_swapped: Callable[[RowCall[Any]], bool] | None = None
    """True where its product can lay pixels as 0 2 1 3."""
    reads_swapped: Callable[[RowCall[Any]], bool] | None = None
    """True where its gather wants them so, or its combine does not mind."""
    reduces: Callable[[Graph, Operator], Collected] | None = None
    """Of an operator that makes no rows but something of all rows, which `combine` adds to. In the
    tail its `OnTensors.finish` makes the output of it."""
    is_view: bool = False
    """Its rows are its input's: nothing is run."""


@dataclass(frozen=True, slots=True)
class TensorCall(Call[FoldedT]):
    """One output of an operator on whole tensors: dense int8, NHWC."""

    output: int = 0
    """Which of the operator's outputs is made."""

    @property
    def tensor_out(self) -> Tensor:
        """The output that is made."""
        return self.graph.tensors[self.operator.outputs[self.output]]


TensorKernel = Callable[[TensorCall[Any]], Kernel]


class Access(Enum):
    """What an operator does with the variable that its first input is."""

    READS = "reads"
    WRITES = "writes"


@dataclass(frozen=True, slots=True)
class OnTensors:
    """How an operator runs on whole tensors: its kernel, a `tensor_kernel` in C, and its record."""

    kernel: TensorKernel | None = None
    """None: its output is its input, in the same memory (a view), or it has only `finish`."""
    finish: TensorKernel | None = None
    """Of an operator that reduces rows as they come: its only input is what they were added to."""
    in_place: bool = False
    """Its output may be written over its first data input, of the same size."""

    part: Callable[[TensorCall[None]], int | None] | None = None
    """Where in its input an output lies that needs no kernel; None: it needs one."""
    variable: Access | None = None
    """Of READ_VARIABLE and ASSIGN_VARIABLE."""

    @property
    def is_view(self) -> bool:
        """Nothing is ever computed."""
        return self.kernel is None and self.finish is None

    def view(self, call: TensorCall[Any]) -> int | None:
        """The place of the output in the first data input's memory; None where it is computed."""
        if self.is_view:
            return 0
        return self.part(call) if self.part else None


@dataclass(frozen=True, slots=True)
class BuiltinOperator:
    """One kind of operator of the built-in engine."""

    kind: str
    """The .tflite schema's name."""
    shapes: Callable[[Tensor, Tensor], bool]
    """Whether its first input and its output have shapes that it can run on."""
    inputs_needed: int = 1
    int8_output: bool = True
    several_outputs: bool = False
    """It may have any number of them, none too."""
    computes: bool = True
    """False: it only names something; nothing is run."""
    makes_constants: bool = False
    """It needs nothing that is computed."""
    constraints: Tiers = ()
    """What else it must fulfil, tier after tier."""
    listed_as: str = ""
    """How the list of operators that can run names it, where the kind alone would mislead."""
    products: Callable[[Graph, Operator], int] = no_products
    """Multiply-accumulates of a patch, or the values that it reads where those are more than it
    makes."""
    fold: Callable[[Graph, Operator], Any] | None = None
    """Its numbers as its kernels want them; raises ChannelsTooLargeError."""
    on_rows: OnRows | None = None
    on_tensors: OnTensors | None = None


def any_shapes(source: Tensor, target: Tensor) -> bool:
    """An operator on whole tensors says itself what they must be like."""
    return True


def rows_to_rows(source: Tensor, target: Tensor) -> bool:
    """Both are (1, rows, bands, channels)."""
    return all(len(one.shape) == 4 and one.shape[0] == 1 for one in (source, target))


def from_rows(source: Tensor, target: Tensor) -> bool:
    """The input is (1, rows, bands, channels)."""
    return len(source.shape) == 4


def to_vector(source: Tensor, target: Tensor) -> bool:
    """The output is a vector."""
    return target.element_count == target.shape[-1]


def vector_to_vector(source: Tensor, target: Tensor) -> bool:
    """Both are vectors."""
    return to_vector(target, source) and to_vector(source, target)
