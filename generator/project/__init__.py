# SPDX-License-Identifier: Apache-2.0
"""The generated C project: rendered, written, read back."""
