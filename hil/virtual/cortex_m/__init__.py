# SPDX-License-Identifier: Apache-2.0
"""What surrounds the core of a Cortex-M33: NVIC, SCB, SysTick, DWT, exceptions."""
