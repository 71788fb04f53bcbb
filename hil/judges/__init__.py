# SPDX-License-Identifier: Apache-2.0
"""What a board is held against: the reference interpreter and the host twin, element by element."""
