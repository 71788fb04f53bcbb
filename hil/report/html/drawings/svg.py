# SPDX-License-Identifier: Apache-2.0
"""Elements of SVG, escaped. Colours are classes of the page's style sheet (templates/page.css)."""

from __future__ import annotations

from markupsafe import Markup, escape

_WIDE = 600
"""User units of a drawing that is shrunk on a phone, and has larger letters there."""


def element(name: str, *children: Markup | str, **attributes: str | float) -> Markup:
    """`<name attributes>children</name>`. `class_` is `class`, and `_` in a name is `-`.

    Plain strings among the children, and all values, are escaped; numbers get two decimals at most.
    """
    head = Markup("").join(
        Markup(' {}="{}"').format(_attribute(key), _value(value))
        for key, value in attributes.items()
    )
    inside = Markup("").join(escape(child) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), head, inside)


def picture(width: float, height: float, label: str, *children: Markup) -> Markup:
    """An `<svg>` of these user units that takes the width it is given; `label` says it in words."""
    return element(
        "svg",
        *children,
        viewBox=f"0 0 {_value(width)} {_value(height)}",
        role="img",
        aria_label=label,
        class_="drawing wide" if width > _WIDE else "drawing",
        style=f"max-width:{_value(width)}px;min-width:{_value(min(width, 300.0))}px",
    )


def text(x: float, y: float, words: str, *, class_: str = "", anchor: str = "start") -> Markup:
    """Words whose baseline begins (`end`: ends, `middle`) at a point."""
    return element("text", words, x=x, y=y, text_anchor=anchor, class_=class_ or "label")


def rect(
    x: float, y: float, width: float, height: float, *, class_: str, title: str = ""
) -> Markup:
    """A box; `title` shows under the pointer."""
    inside = (element("title", title),) if title else ()
    return element(
        "rect", *inside, x=x, y=y, width=max(0.0, width), height=max(0.0, height), class_=class_
    )


def line(x1: float, y1: float, x2: float, y2: float, class_: str = "axis") -> Markup:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def _attribute(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _value(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
