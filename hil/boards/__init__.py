# SPDX-License-Identifier: Apache-2.0
"""Boards, real and virtual: how one is reached, and whether it is the right one."""
