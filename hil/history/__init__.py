# SPDX-License-Identifier: Apache-2.0
"""`mel2metal history`: the runs of a board in their course."""
