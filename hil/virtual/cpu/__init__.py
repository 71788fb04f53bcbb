# SPDX-License-Identifier: Apache-2.0
"""The emulated core: Unicorn, memories, block counts, cycle estimates."""
