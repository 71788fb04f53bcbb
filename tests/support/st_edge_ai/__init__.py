# SPDX-License-Identifier: Apache-2.0
"""A stand-in for ST Edge AI Core: test equipment that speaks its documented command line."""
