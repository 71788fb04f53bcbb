# SPDX-License-Identifier: Apache-2.0
"""`make bench`: what an image costs, layer by layer, and whether it keeps its budgets."""
