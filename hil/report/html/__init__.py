# SPDX-License-Identifier: Apache-2.0
"""report.html: one run on one page, made from its JSON files alone."""
