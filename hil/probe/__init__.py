# SPDX-License-Identifier: Apache-2.0
"""Debug probes, through pyOCD: which are there, what is behind them, and flashing."""
