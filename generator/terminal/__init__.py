# SPDX-License-Identifier: Apache-2.0
"""What the command line prints: tables and progress."""
