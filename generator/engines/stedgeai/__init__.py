# SPDX-License-Identifier: Apache-2.0
"""ST Edge AI Core and X-CUBE-AI: found, run, and what they wrote checked (docs/stedgeai.md)."""
