# SPDX-License-Identifier: Apache-2.0
"""ESTIMATED cycles of blocks of code by models of the cores' pipelines (docs/performance.md)."""
