# SPDX-License-Identifier: Apache-2.0
"""Figures as the page shows them: each says in its element which key of which file it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

NOTHING = "not measured"


class ShownFigures:
    """The values of report.json by their keys: `latency.network_cycles`."""

    def __init__(self, content: Mapping[str, Any], prefix: str = "") -> None:
        self._values = dict(_leaves("", content))
        self._prefix = prefix
        """What is put before the keys of another file."""

    def value(self, key: str) -> Any:
        """The value itself; raises KeyError where there is none of that key."""
        return self._values[key]

    def number(self, key: str, digits: int = 0, scale: float = 1, missing: str = NOTHING) -> Markup:
        """`<data value="0.9469" data-key="accuracy" data-scale="100">94.69</data>`."""
        value = self.value(key)
        if value is None:
            return self._element(key, "", Markup(""), missing)
        shown = f"{value * scale:,.{digits}f}"
        scaled = Markup("") if scale == 1 else Markup(' data-scale="{}"').format(repr(scale))
        return self._element(key, repr(value), scaled, shown)

    def text(self, key: str, missing: str = "none") -> Markup:
        """The words of a key; of a list all of them; truth values as yes and no."""
        value = self.value(key)
        if isinstance(value, bool):
            shown = "yes" if value else "no"
        elif isinstance(value, list):
            shown = ", ".join(str(one) for one in value)
        else:
            shown = "" if value is None else str(value)
        return self._element(key, "" if value is None else str(value), Markup(""), shown or missing)

    def leaves(self) -> list[tuple[str, Any]]:
        """Every key with its value, in the order of the file."""
        return list(self._values.items())

    def _element(self, key: str, value: str, scaled: Markup, shown: str) -> Markup:
        return Markup('<data value="{}" data-key="{}"{}>{}</data>').format(
            value, f"{self._prefix}{key}", scaled, shown
        )


def _leaves(prefix: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        return [leaf for key, one in value.items() for leaf in _leaves(f"{prefix}{key}.", one)]
    if isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        return [leaf for at, one in enumerate(value) for leaf in _leaves(f"{prefix}{at}.", one)]
    return [(prefix.removesuffix("."), value)]
