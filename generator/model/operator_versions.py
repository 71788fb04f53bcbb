# SPDX-License-Identifier: Apache-2.0
"""The newest version of each operator that TensorFlow Lite's interpreter knows.

A file with a newer one asks for what no kernel here was compared with. A test holds this table to
the interpreter that is installed.
"""

from __future__ import annotations

NEWEST_VERSION = {
    "ADD": 6, "AVERAGE_POOL_2D": 3, "CONCATENATION": 7, "CONV_2D": 8, "DEPTHWISE_CONV_2D": 7,
    "DEPTH_TO_SPACE": 2, "DEQUANTIZE": 9, "EMBEDDING_LOOKUP": 5, "FLOOR": 1, "FULLY_CONNECTED": 14,
    "L2_NORMALIZATION": 2, "L2_POOL_2D": 1, "LOGISTIC": 3, "LSTM": 4, "MAX_POOL_2D": 3, "MUL": 8,
    "RELU": 3, "RELU_N1_TO_1": 1, "RELU6": 3, "RESHAPE": 1, "RESIZE_BILINEAR": 4, "RNN": 3,
    "SOFTMAX": 4, "SPACE_TO_DEPTH": 2, "SVDF": 4, "TANH": 3, "PAD": 6,
    "UNIDIRECTIONAL_SEQUENCE_RNN": 3, "GATHER": 8, "BATCH_TO_SPACE_ND": 4, "SPACE_TO_BATCH_ND": 4,
    "TRANSPOSE": 9, "MEAN": 3, "SUB": 5, "DIV": 2, "SQUEEZE": 2, "UNIDIRECTIONAL_SEQUENCE_LSTM": 4,
    "STRIDED_SLICE": 8, "EXP": 2, "TOPK_V2": 3, "SPLIT": 5, "LOG_SOFTMAX": 2, "CAST": 9, "PRELU": 1,
    "MAXIMUM": 4, "ARG_MAX": 3, "MINIMUM": 4, "LESS": 3, "NEG": 1, "PADV2": 6, "GREATER": 2,
    "GREATER_EQUAL": 3, "LESS_EQUAL": 2, "SELECT": 4, "SLICE": 8, "SIN": 2, "TRANSPOSE_CONV": 5,
    "TILE": 3, "EXPAND_DIMS": 1, "EQUAL": 5, "NOT_EQUAL": 4, "LOG": 2, "SUM": 2, "SQRT": 2,
    "RSQRT": 3, "SHAPE": 1, "POW": 1, "ARG_MIN": 3, "FAKE_QUANT": 2, "REDUCE_PROD": 2,
    "REDUCE_MAX": 3, "PACK": 5, "UNPACK": 6, "REDUCE_MIN": 3, "FLOOR_DIV": 3, "SQUARE": 1,
    "ZEROS_LIKE": 1, "FILL": 5, "RANGE": 2, "RESIZE_NEAREST_NEIGHBOR": 4, "LEAKY_RELU": 2,
    "SQUARED_DIFFERENCE": 2, "MIRROR_PAD": 3, "ABS": 5, "SPLIT_V": 3, "CEIL": 1, "REVERSE_V2": 4,
    "ADD_N": 1, "GATHER_ND": 6, "COS": 2, "RANK": 1, "ELU": 1, "QUANTIZE": 6, "ROUND": 1,
    "HARD_SWISH": 1, "IF": 1, "WHILE": 1, "SELECT_V2": 2, "BATCH_MATMUL": 4, "CALL_ONCE": 1,
    "BROADCAST_TO": 4, "CONV_3D": 1, "VAR_HANDLE": 1, "READ_VARIABLE": 1, "ASSIGN_VARIABLE": 1,
    "GELU": 3, "RELU_0_TO_1": 1, "SIGN": 2,
}  # fmt: skip
"""Of kinds that are not here nothing is known."""
