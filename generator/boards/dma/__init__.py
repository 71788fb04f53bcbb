# SPDX-License-Identifier: Apache-2.0
"""Register values of the UART's DMA, by kind of DMA; families share them."""
