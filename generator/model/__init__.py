# SPDX-License-Identifier: Apache-2.0
"""The model: its file, its graph, its labels, its decision rule, what it must fulfil."""
