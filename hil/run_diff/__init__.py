# SPDX-License-Identifier: Apache-2.0
"""`mel2metal compare-runs`: what differs between two runs."""
