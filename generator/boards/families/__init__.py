# SPDX-License-Identifier: Apache-2.0
"""The families of chips: a folder each, which `registry` knows."""
