# SPDX-License-Identifier: Apache-2.0
"""Pictures by matplotlib whose text is shown as it stands: a dollar sign is no formula."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def with_plain_text(draw: Callable[P, T]) -> Callable[P, T]:
    """Make a function that draws and writes a picture take no text of it for a formula."""

    @wraps(draw)
    def drawn(*arguments: P.args, **named: P.kwargs) -> T:
        try:
            from matplotlib import rc_context
        except ImportError:  # the function says what that means
            return draw(*arguments, **named)
        with rc_context({"text.parse_math": False, "text.usetex": False}):
            return draw(*arguments, **named)

    return drawn
