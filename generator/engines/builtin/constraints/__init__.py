# SPDX-License-Identifier: Apache-2.0
"""What the built-in engine's kernels ask of several kinds of operators; the rest is in operators/.

They have the form that generator.model.constraints describes.
"""
