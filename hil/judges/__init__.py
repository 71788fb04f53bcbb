# SPDX-License-Identifier: Apache-2.0
"""References of a board (interpreter, host twin) and comparison element by element."""
