# SPDX-License-Identifier: Apache-2.0
"""Peripherals of STM32 chips, one class a version of a peripheral; a folder for each family."""
