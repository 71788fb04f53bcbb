# SPDX-License-Identifier: Apache-2.0
"""The labelled sounds: which files there are, their classes, their folds, their samples.

A leaf: training and the test harness both read through it, and hear the same (ADR 0013).
"""
