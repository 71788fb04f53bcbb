# SPDX-License-Identifier: Apache-2.0
"""The kernels on whole tensors (firmware_templates/network/kernels/tensor) and their records."""
