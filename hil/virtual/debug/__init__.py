# SPDX-License-Identifier: Apache-2.0
"""The debug port of the chip: ADIv5 debug port, access port, and the core's debug components."""
