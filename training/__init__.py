# SPDX-License-Identifier: Apache-2.0
"""Data set, features, training, quantisation and evaluation of the model."""
