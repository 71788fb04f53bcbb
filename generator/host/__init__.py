# SPDX-License-Identifier: Apache-2.0
"""The generated C compiled for this machine: the twins that harness and training compare with."""
