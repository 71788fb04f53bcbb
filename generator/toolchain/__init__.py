# SPDX-License-Identifier: Apache-2.0
"""Compilers and what they make: found, installed, called, measured."""
