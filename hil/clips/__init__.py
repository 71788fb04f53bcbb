# SPDX-License-Identifier: Apache-2.0
"""What is played to a board: clips, their labels, what is known of them."""
