# SPDX-License-Identifier: Apache-2.0
"""The emulated board: a strict STM32 on Unicorn."""
