# SPDX-License-Identifier: Apache-2.0
"""The nearest known name for one that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

CUTOFF = 0.6
"""Least likeness, 0 to 1, at which a name is proposed."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that is most like `word`; None if none is near."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=CUTOFF)
    return found[0] if found else None


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A remedy for a word that is none of `known`."""
    near = nearest(word, known)
    return f"did you mean {near}?" if near else f"known are {', '.join(known)}"
