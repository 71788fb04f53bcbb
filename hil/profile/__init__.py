# SPDX-License-Identifier: Apache-2.0
"""Where an image spends its instructions: by layer, function and source line."""
