# SPDX-License-Identifier: Apache-2.0
"""Cross-check of the emulated cores: QEMU must compute and count the same as Unicorn."""
