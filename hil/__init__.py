# SPDX-License-Identifier: Apache-2.0
"""The hardware-in-the-loop harness: boards, link, clips, metrics, report."""
