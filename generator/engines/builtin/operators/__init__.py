# SPDX-License-Identifier: Apache-2.0
"""One module an operator: each defines its `OPERATOR`, and is found by being here."""
