# SPDX-License-Identifier: Apache-2.0
"""The page's pictures: inline SVG, coloured by the page's own style sheet."""
