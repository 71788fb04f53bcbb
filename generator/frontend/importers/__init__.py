# SPDX-License-Identifier: Apache-2.0
"""Records from what people have: calls of libraries, flags and configurations, one source a module.

An importer knows its library's own names and defaults. It takes keys of the record itself as well:
`log_reference=0.5` beside librosa's `n_fft=1024`.
"""
