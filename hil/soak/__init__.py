# SPDX-License-Identifier: Apache-2.0
"""Hours of clips under faults of every boundary: `mel2metal soak`."""
