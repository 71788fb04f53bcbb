# SPDX-License-Identifier: Apache-2.0
"""boards.yaml and what follows from a record: checks, clock tree, register values, what fits."""
