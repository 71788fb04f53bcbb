# SPDX-License-Identifier: Apache-2.0
"""Scripts that complete commands, options, choices and board names in bash, zsh and fish."""
