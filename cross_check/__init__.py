# SPDX-License-Identifier: Apache-2.0
"""A second opinion on the emulated cores: on QEMU an image must compute and count the same."""
