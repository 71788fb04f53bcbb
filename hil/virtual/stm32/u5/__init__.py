# SPDX-License-Identifier: Apache-2.0
"""What only the STM32U5 has, and its chips."""
