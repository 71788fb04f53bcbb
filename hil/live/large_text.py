# SPDX-License-Identifier: Apache-2.0
"""Words in letters of three by five dots, drawn with half blocks or with number signs."""

from __future__ import annotations

HEIGHT = 5
WIDTH = 4
"""Columns of a letter, the gap behind it counted."""

_ROWS = {
    "a": "25755", "b": "65656", "c": "34443", "d": "65556", "e": "74647", "f": "74644",
    "g": "34553", "h": "55755", "i": "72227", "j": "11152", "k": "55655", "l": "44447",
    "m": "57755", "n": "65555", "o": "25552", "p": "65644", "q": "25531", "r": "65655",
    "s": "34216", "t": "72222", "u": "55557", "v": "55552", "w": "55775", "x": "55255",
    "y": "55222", "z": "71247", "0": "25552", "1": "26227", "2": "61247", "3": "61216",
    "4": "55711", "5": "74616", "6": "34652", "7": "71244", "8": "25252", "9": "25316",
    "_": "00007", "-": "00700", ".": "00002", " ": "00000", "+": "02720", ",": "00024",
    "'": "22000", "/": "11244", "&": "25253", "(": "12221", ")": "42224",
}  # fmt: skip
"""Each row of a letter as a digit: 4 is its left dot, 1 its right one."""

_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def columns_of(text: str) -> int:
    """How wide a word is."""
    return max(0, WIDTH * len(text) - 1)


def large(text: str, *, ascii_only: bool) -> list[str] | None:
    """The lines of a word: three of half blocks, or five of ASCII; None: a letter is not known."""
    known = [_ROWS.get(letter) for letter in text.lower()]
    letters = [rows for rows in known if rows is not None]
    if len(letters) < len(known):
        return None
    dots = [
        [bool(int(rows[row]) & bit) for rows in letters for bit in (4, 2, 1, 0)][:-1]
        for row in range(HEIGHT)
    ]
    if ascii_only:
        return ["".join("#" if dot else " " for dot in row) for row in dots]
    empty = [False] * columns_of(text)
    pairs = zip(dots[::2], [*dots[1::2], empty], strict=True)
    return ["".join(map(_HALVES.__getitem__, zip(*pair, strict=True))) for pair in pairs]
