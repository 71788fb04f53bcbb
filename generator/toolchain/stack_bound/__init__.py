# SPDX-License-Identifier: Apache-2.0
"""The most stack that an image can use: from the compiler's frames and the ELF's own calls."""
