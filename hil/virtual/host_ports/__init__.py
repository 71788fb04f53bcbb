# SPDX-License-Identifier: Apache-2.0
"""The host's ends of a virtual board: its serial port."""
