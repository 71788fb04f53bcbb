# SPDX-License-Identifier: Apache-2.0
"""Flash algorithms of our own, in C: what pyOCD runs in a part's RAM to erase and program it."""
