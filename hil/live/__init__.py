# SPDX-License-Identifier: Apache-2.0
"""`mel2metal live`: sound through a board in real time, and what it hears on the screen."""
