# SPDX-License-Identifier: Apache-2.0
"""STM32L4 and L4+: their record, their limits, their register values."""
