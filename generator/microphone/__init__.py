# SPDX-License-Identifier: Apache-2.0
"""From a microphone's words to samples: the filter's design, its tables, the same in Python."""
