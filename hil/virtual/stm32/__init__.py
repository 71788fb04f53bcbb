# SPDX-License-Identifier: Apache-2.0
"""Peripherals of the STM32U5, one class a peripheral, as RM0456 describes them."""
