# SPDX-License-Identifier: Apache-2.0
"""Limits that a run must keep: where they are set, and which one holds."""
