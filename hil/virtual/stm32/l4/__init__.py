# SPDX-License-Identifier: Apache-2.0
"""What only the STM32L4 and L4+ have, and their chips."""
