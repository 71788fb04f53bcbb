# SPDX-License-Identifier: Apache-2.0
"""Faults that a run is given on purpose: their names, when they strike, and what became of them."""
