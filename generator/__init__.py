# SPDX-License-Identifier: Apache-2.0
"""From an int8 .tflite and a board record to a C project and its ELF."""
