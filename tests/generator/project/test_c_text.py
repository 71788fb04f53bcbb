# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.project.c_text import LINE_COLUMNS, c_array, c_bytes, c_string, hex32
from generator.toolchain.locate import find_host_cc


@given(st.lists(st.integers(-(2**31), 2**31), min_size=1), st.integers(0, 8))
def test_arrays_keep_every_value_and_the_line_length(values: list[int], indent: int) -> None:
    text = c_array(values, indent)
    lines = text.split("\n")
    assert all(len(line) <= LINE_COLUMNS for line in lines)
    assert all(line.startswith(" " * indent) for line in lines)
    assert [int(word) for word in text.replace("\n", " ").rstrip(",").split(",")] == values


def test_bytes_and_addresses_are_hexadecimal() -> None:
    assert c_bytes(b"\x00\xff", indent=0) == "0x00, 0xff,"
    assert hex32(0x0800_0000) == "0x08000000"


@pytest.mark.parametrize("text", ["plain", 'a "quote" and a \\', "Säge\n\t", "??=trigraph??/", ""])
def test_strings_mean_the_same_in_c(tmp_path: Path, text: str) -> None:
    source = tmp_path / "s.c"
    source.write_text(
        f"#include <stdio.h>\nint main(void) {{ fputs({c_string(text)}, stdout); return 0; }}\n"
    )
    program = tmp_path / "s"
    subprocess.run([*find_host_cc(), "-std=c11", source, "-o", program], check=True)
    assert subprocess.run([program], capture_output=True, check=True).stdout == text.encode()
