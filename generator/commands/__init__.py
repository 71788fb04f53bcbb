# SPDX-License-Identifier: Apache-2.0
"""The commands of `mel2metal`, one a module, and the options that several of them have."""
