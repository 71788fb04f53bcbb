# SPDX-License-Identifier: Apache-2.0
"""What the virtual microphones hear, and how they turn it into bits or a voltage."""
