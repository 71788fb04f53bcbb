# SPDX-License-Identifier: Apache-2.0
"""What the kernels ask of pools."""

from __future__ import annotations

from generator.engines.builtin.constraints.tensors import same_quantisation
from generator.engines.builtin.constraints.weights import known_activation
from generator.engines.builtin.constraints.windows import output_shape_follows
from generator.model.constraints import Tiers
from generator.model.constraints.tensors import shape_text
from generator.model.graph import Graph, Operator
from generator.model.options import PoolOptions

LARGEST_STRIDE = 65535
"""A pool over all of its input has a stride as long as that; a stage holds it in 16 bits."""


def pool_size(graph: Graph, operator: Operator) -> tuple[int, int]:
    """Rows and bands of a pool's window."""
    return operator.options_of(PoolOptions).size


def pool_stride_in_range(graph: Graph, operator: Operator) -> str | None:
    """A pool's strides must be from 1 to 65535.

    Convert the model again: the file contradicts itself.
    """
    stride = operator.options_of(PoolOptions).stride
    return None if all(1 <= one <= LARGEST_STRIDE for one in stride) else shape_text(stride)


def window_of_one_or_more(graph: Graph, operator: Operator) -> str | None:
    """A pool's window must have at least one row and one band.

    Convert the model again: the file contradicts itself.
    """
    size = pool_size(graph, operator)
    return None if min(size) >= 1 else shape_text(size)


def pool_tiers() -> Tiers:
    """The constraints on MAX_POOL_2D and AVERAGE_POOL_2D."""
    return (
        (known_activation, pool_stride_in_range, window_of_one_or_more, same_quantisation),
        (output_shape_follows(pool_size),),
    )
