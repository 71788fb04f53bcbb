# SPDX-License-Identifier: Apache-2.0
"""What `mel2metal clean` removes. Standard library alone: it works where nothing is installed."""
