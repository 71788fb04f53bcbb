# SPDX-License-Identifier: Apache-2.0
"""The mel front-end: its integer tables."""
