# SPDX-License-Identifier: Apache-2.0
"""Strategies for what a stranger might hand in: valid files, changed where it hurts.

Each gives a list of cases: one valid file, and many edits of it. A case has one of the edits, or a
few that follow each other. Eight bytes that Hypothesis draws make an edit, all of a list in one
draw: so nearly all of the time goes into the parser.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
Make = Callable[[Random], T]
"""Something drawn."""

LEAST_EDITS, MOST_EDITS = 12, 30
TOGETHER = 4
"""Edits that follow each other in one case."""

_BYTES = 8
"""Drawn for an edit."""

NUMBERS = (
    *(0, 1, 2, 3, 4, 7, 8, 15, 16, 63, 64, 255, 256, 1000, 0x7FFF, 0x8000, 0xFFFF, 0x10000),
    *(0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, 0x7FFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF),
    *(0x7F800000, 0x7FC00000, 0xFF800000, 0x7F7FFFFF, 0x00000001),  # float32: infinity, NaN, ends
)
"""Lengths, offsets and values at which programs go wrong."""

ODD_CHARACTERS = (
    *("\0", "\x07", "\x1b", "\x7f", "\x85", "\x9b", "\u200f", "\u2028", "\u202e", "\ufeff"),
    *("\ud7ff", "\ufffd", "\U0001f40d", "\u0301", "$", "`", "%", "[/red]", "*/", "\\", '"', "'"),
    *("\ud800", "\udc80", "\xa0", "\r", "\n", "\t", "$x^2$", "<b>", "{{7*7}}", "$(id)", "|", "~"),
)
"""Control characters, directions, half characters, and marks of other languages."""

HUGE = (
    "9" * 30,
    "9" * 400,
    "9" * 5000,
    "1e308",
    "1e999",
    "-1e999",
    "0x" + "f" * 300,
    "nan",
    ".inf",
)
SMALL = ("0", "-1", "1", "0.5", "-0.0", "1e-320", "65536", "2147483648", "-9223372036854775809")
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2, 10**9, 1 << 63, -(1 << 64), 10**400, 0.0, -1.5, 1e308),
    *(1e-320, float("inf"), float("nan"), "", "abc", [], {}, [1, 2, 3], {"a": {"b": []}}),
)
"""What may stand in a JSON file in place of another value."""

Edit = tuple[Any, ...]


def several(make: Make[T]) -> st.SearchStrategy[list[T]]:
    """As many of what `make` draws as make a list of cases."""
    drawn = st.binary(min_size=_BYTES * LEAST_EDITS, max_size=_BYTES * MOST_EDITS)
    return drawn.map(
        lambda data: [make(Random(data[at : at + _BYTES])) for at in range(0, len(data), _BYTES)]
    )


def subsets(changes: Sequence[T]) -> list[Sequence[T]]:
    """Each change alone; and some that follow each other, two at least."""
    alone = [changes[index : index + 1] for index in range(len(changes))]
    starts = range(0, len(changes) - 1, TOGETHER)
    return [*alone, *(changes[at : at + 2 + at // 2 % (TOGETHER - 1)] for at in starts)]


def _byte_edit(random: Random) -> Edit:
    place = random.randrange(1 << 20)
    length = random.randrange(17) if random.randrange(2) else random.randrange(4097)
    kind = random.choice(_KINDS)
    more: Edit = ()
    if kind == "flip":
        more = (random.randrange(8),)
    elif kind == "byte":
        more = (random.randrange(256),)
    elif kind == "number":
        order = random.choice(("little", "little", "big"))
        more = (random.choice((1, 2, 4, 4, 4, 8)), random.choice(NUMBERS), order)
    elif kind == "offset":
        more = (random.randrange(-64, 65),)
    elif kind == "remove":
        more = (length,)
    elif kind == "repeat":
        more = (length, random.randrange(2, 41))
    elif kind == "insert":
        more = (random.randbytes(random.randrange(1, 13)),)
    elif kind == "splice":
        more = (random.randrange(1 << 20), random.randrange(64))
    return (kind, place, *more)


_KINDS = (
    *("flip", "flip", "byte", "number", "number", "number", "offset", "offset"),
    *("remove", "repeat", "insert", "cut", "splice"),
)


def edited(content: bytes, edits: Sequence[Edit], others: Sequence[bytes] = ()) -> bytes:
    """`content` after each of the edits; places are taken modulo its length."""
    data = bytearray(content)
    for kind, at, *rest in edits:
        place = at % (len(data) + 1)
        if kind == "flip" and place < len(data):
            data[place] ^= 1 << rest[0]
        elif kind == "byte" and place < len(data):
            data[place] = rest[0]
        elif kind == "number":
            width, value, order = rest
            place -= place % width
            data[place : place + width] = (value % (1 << 8 * width)).to_bytes(width, order)
        elif kind == "offset":
            place -= place % 4
            old = int.from_bytes(data[place : place + 4], "little")
            data[place : place + 4] = ((old + rest[0]) % (1 << 32)).to_bytes(4, "little")
        elif kind == "remove":
            del data[place : place + rest[0]]
        elif kind == "repeat":
            data[place:place] = data[place : place + rest[0]] * (rest[1] - 1)
        elif kind == "insert":
            data[place:place] = rest[0]
        elif kind == "cut":
            del data[place:]
        elif kind == "splice" and others:
            other = others[rest[1] % len(others)]
            data[place:] = other[rest[0] % (len(other) + 1) :]
    return bytes(data)


def changed_bytes(seeds: Sequence[bytes]) -> st.SearchStrategy[list[bytes]]:
    """Valid contents with bits flipped, numbers replaced, pieces lost, repeated and exchanged."""
    return st.builds(
        lambda content, edits: [edited(content, some, seeds) for some in subsets(edits)],
        st.sampled_from(seeds),
        several(_byte_edit),
    )


def text_of(random: Random, most: int = 8) -> str:
    """A few characters: letters, and what is odd."""
    count = random.randrange(most + 1)
    return "".join(
        random.choice(ODD_CHARACTERS) if random.randrange(3) else chr(random.randrange(32, 0x250))
        for _ in range(count)
    )


def changed_text(
    seeds: Sequence[str], tokens: Sequence[str] = ()
) -> st.SearchStrategy[list[bytes]]:
    """Valid texts with words, numbers and lines exchanged, nested, repeated; and damaged bytes."""
    words = (*tokens, *HUGE, *SMALL, *ODD_CHARACTERS)

    def change(random: Random) -> Edit:
        kind = random.choice(("number", "word", "word", "insert", "line", "repeat"))
        depth = random.randrange(1, 41)
        word = random.choice(
            (random.choice(words), random.choice(words), random.choice(words), text_of(random),
             "[" * depth + "]" * depth, "{a: " * depth + "}" * depth)
        )  # fmt: skip
        what: object = word
        if kind == "number":
            what = random.choice((*HUGE, *SMALL))
        elif kind == "line":
            what = random.choice(("lose", "double", "swap", "indent"))
        elif kind == "repeat":
            what = random.randrange(2, 300)
        return kind, random.randrange(1 << 16), what

    changed = st.builds(
        lambda text, changes: [_encoded(_text_after(text, some)) for some in subsets(changes)],
        st.sampled_from(seeds),
        several(change),
    )
    return st.one_of(
        changed, changed, changed_bytes([one.encode() for one in seeds]), several(_noise)
    )


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _noise(random: Random) -> bytes:
    characters = random.choices("a:[]{}&*!?-|>'\"#%,.<0x1 \n\tint~", k=random.randrange(80))
    return "".join(characters).encode()


_WORD = re.compile(r"[^\s:,\[\]{}\"']+")
_NUMBER = re.compile(r"-?\d[\d._]*")


def _text_after(text: str, changes: Sequence[Edit]) -> str:
    for kind, at, what in changes:
        if kind in ("number", "word"):
            found = list((_NUMBER if kind == "number" else _WORD).finditer(text))
            if found:
                one = found[at % len(found)]
                text = f"{text[: one.start()]}{what}{text[one.end() :]}"
        elif kind == "insert":
            place = at % (len(text) + 1)
            text = f"{text[:place]}{what}{text[place:]}"
        else:
            text = "".join(_lines_after(text.splitlines(keepends=True) or [""], kind, at, what))
    return text


def _lines_after(lines: list[str], kind: str, at: int, what: Any) -> list[str]:
    place = at % len(lines)
    if kind == "repeat":
        lines[place] *= what
    elif what == "lose":
        del lines[place]
    elif what == "double":
        lines.insert(place, lines[place])
    elif what == "indent":
        lines[place] = f"  {lines[place]}"
    else:
        other = (place * 7 + 1) % len(lines)
        lines[place], lines[other] = lines[other], lines[place]
    return lines


def json_value(random: Random) -> Any:
    """A value that a JSON file may have in place of another."""
    if random.randrange(4):
        return random.choice(VALUES)
    return text_of(random) if random.randrange(2) else random.choice(ODD_CHARACTERS)


def changed_json(seeds: Sequence[str]) -> st.SearchStrategy[list[bytes]]:
    """Valid JSON with values exchanged, keys lost, lists grown, and nesting; and damaged bytes."""

    def change(random: Random) -> Edit:
        kind = random.choice(("set", "set", "set", "lose", "double", "nest", "name"))
        return random.randrange(1 << 20), kind, json_value(random)

    structured = st.builds(
        lambda text, changes: [_json_after(json.loads(text), some) for some in subsets(changes)],
        st.sampled_from(seeds),
        several(change),
    )
    raw = changed_bytes([seed.encode() for seed in seeds])
    return st.one_of(structured, structured, structured, raw, several(_alone))


def _alone(random: Random) -> bytes:
    deep = (b"[" * 100_000, b'{"a":' * 50_000, b"[" * 3000 + b"]" * 3000)
    return random.choice(deep) if not random.randrange(8) else _dump(json_value(random))


def _json_after(document: Any, changes: Sequence[Edit]) -> bytes:
    for at, kind, value in changes:
        places = _places(document)
        if not places:
            break
        holder, key = places[at % len(places)]
        if kind == "lose":
            del holder[key]
        elif kind == "double" and isinstance(holder[key], list):
            holder[key] = holder[key] * 3
        elif kind == "nest":
            for _ in range(30):
                holder[key] = [holder[key]]
        elif kind == "name" and isinstance(holder, dict):
            holder[str(value)[:50]] = holder.pop(key)
        else:
            holder[key] = json.loads(json.dumps(value))
    return _dump(document)


def _dump(value: Any) -> bytes:
    return _encoded(json.dumps(value, ensure_ascii=False))


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every place below a value: what holds it, and its key or index."""
    found: list[tuple[Any, Any]] = []
    stack = [value]
    while stack:
        one = stack.pop()
        items: Any = ()
        if isinstance(one, dict):
            items = list(one.items())
        elif isinstance(one, list):
            items = list(enumerate(one))
        for key, inner in items:
            found.append((one, key))
            stack.append(inner)
    return found
