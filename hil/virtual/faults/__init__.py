# SPDX-License-Identifier: Apache-2.0
"""What goes wrong on a desk: faults of line, probe and chip that a machine is asked for by name."""
