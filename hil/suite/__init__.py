# SPDX-License-Identifier: Apache-2.0
"""The suite that runs on a board: `pytest hil/ --board NAME`, real or `--virtual`."""
