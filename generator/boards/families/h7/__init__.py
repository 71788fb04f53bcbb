# SPDX-License-Identifier: Apache-2.0
"""STM32H7: its record, its limits, its register values."""
