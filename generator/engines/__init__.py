# SPDX-License-Identifier: Apache-2.0
"""What computes the network on the chip: an engine each."""
