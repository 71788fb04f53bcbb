# SPDX-License-Identifier: Apache-2.0
"""What constraints ask of tensors."""

from __future__ import annotations

from generator.model.graph import Tensor

LARGEST_DIMENSION = 65536


def quantised_fault(tensor: Tensor) -> str | None:
    """What keeps a tensor from being int8 with one scale and one zero point."""
    if tensor.dtype != "INT8":
        return f"tensor {tensor.index} is {tensor.dtype}"
    quantisation = tensor.quantisation
    if quantisation is None or len(quantisation.scales) != 1:
        count = 0 if quantisation is None else len(quantisation.scales)
        return f"tensor {tensor.index} has {count} scales"
    if not -128 <= quantisation.zero_point <= 127:
        return f"tensor {tensor.index} has zero point {quantisation.zero_point}"
    return None


def constant_integers(tensor: Tensor) -> tuple[int, ...] | None:
    """The values of a constant INT32 tensor; None for any other."""
    if tensor.dtype != "INT32" or tensor.data is None:
        return None
    return tuple(int(value) for value in tensor.int32_values().ravel())


def reasonable(shape: tuple[int, ...]) -> bool:
    """Every dimension is known and bounded."""
    return all(1 <= length <= LARGEST_DIMENSION for length in shape)


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape, for a message."""
    return "(" + ", ".join(map(str, shape)) + ")"
