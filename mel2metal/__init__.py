# SPDX-License-Identifier: Apache-2.0
"""The command `mel2metal` whole: the generator's commands, with a reader of sound files."""
