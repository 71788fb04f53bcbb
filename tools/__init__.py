# SPDX-License-Identifier: Apache-2.0
"""Tools for those who work on mel2metal; nothing of the product imports them."""
