# SPDX-License-Identifier: Apache-2.0
"""Debug probes, through pyOCD: which ones there are, what part is behind one, what lies in it."""
