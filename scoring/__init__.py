# SPDX-License-Identifier: Apache-2.0
"""How decided clips are scored: harness and training count by the same functions.

A clip's truth and its answer are sets of classes, for every head: by softmax of one class, or of
none where it was undecided. A clip is right where the two are equal.
"""
