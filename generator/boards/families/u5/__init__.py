# SPDX-License-Identifier: Apache-2.0
"""STM32U5: its record, its limits, its register values."""
