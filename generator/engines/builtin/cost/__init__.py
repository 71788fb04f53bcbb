# SPDX-License-Identifier: Apache-2.0
"""What a network will cost, told before anything is compiled."""
