# SPDX-License-Identifier: Apache-2.0
"""The labelled sounds: which files there are, their classes, their folds, their samples.

A leaf: training and the test harness both read sounds through it (ADR 0013).
"""
