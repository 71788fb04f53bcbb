# SPDX-License-Identifier: Apache-2.0
"""What only the STM32H7 has, and its chips."""
