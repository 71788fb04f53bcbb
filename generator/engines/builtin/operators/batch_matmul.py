# SPDX-License-Identifier: Apache-2.0
"""BATCH_MATMUL: attention's products of two computed tensors."""

from __future__ import annotations

from generator.engines.builtin.spec import BuiltinOperator, OnTensors, any_shapes
from generator.engines.builtin.tensor_kernels.matrix_products import (
    matrices_fit,
    matrix_product_kernel,
    products_of_matrices,
)
from generator.engines.builtin.tensor_kernels.pairs import int8_constants

OPERATOR = BuiltinOperator(
    kind="BATCH_MATMUL",
    shapes=any_shapes,
    inputs_needed=2,
    products=products_of_matrices,
    constraints=((int8_constants,), (matrices_fit,)),
    on_tensors=OnTensors(matrix_product_kernel),
)
