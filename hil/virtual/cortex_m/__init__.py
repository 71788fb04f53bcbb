# SPDX-License-Identifier: Apache-2.0
"""The blocks around the core of a Cortex-M33, M4 and M7: NVIC, SCB, SysTick, DWT, MPU, caches."""
