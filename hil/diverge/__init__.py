# SPDX-License-Identifier: Apache-2.0
"""The first place at which two implementations of one model part, from the sample to the score."""
