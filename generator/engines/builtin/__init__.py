# SPDX-License-Identifier: Apache-2.0
"""The built-in engine: from the graph to a schedule of rows, packed constants and C."""
