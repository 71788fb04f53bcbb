# SPDX-License-Identifier: Apache-2.0
"""Portable equivalents of DSP instructions: no undefined behaviour, all operations compared."""

from __future__ import annotations

import re

import numpy as np

from cross_check.dsp_operations import NAMES, all_operands, compare_results, run_on_host
from generator.project.manifest import Project
from generator.repository import TEMPLATES_DIR


def test_the_host_has_no_undefined_sum(project: Project) -> None:
    """The sanitised build would end at the first; `make qemu` compares its results."""
    operands = all_operands()
    results = run_on_host(project, operands)
    assert results.shape == (len(NAMES), len(operands))
    index = NAMES.index("smlad")
    a, b, c = (operands[:, column].astype(np.int64) for column in range(3))
    halves = [(word.astype(np.uint16).astype(np.int16).astype(np.int64)) for word in (a, b)]
    tops = [((word >> 16).astype(np.uint16).astype(np.int16).astype(np.int64)) for word in (a, b)]
    expected = (c + halves[0] * halves[1] + tops[0] * tops[1]) & 0xFFFFFFFF
    assert np.array_equal(results[index], expected.astype(np.uint32))


def test_every_operation_of_the_headers_is_tried() -> None:
    network = (TEMPLATES_DIR / "network" / "dsp_intrinsics.h").read_text()
    names = {
        *re.findall(r"DSP_INLINE \w+ dsp_(\w+)\(", network),
        *re.findall(r"^DSP_DEFINE_SMLA\((\w+),", network, re.M),
    }
    plain = {"bottom", "top", "wrap", "load_u32", "store_u32", "##name"}
    assert names - plain - set(NAMES) == set()
    words = (TEMPLATES_DIR / "frontend" / "dsp_words.h").read_text()
    moves = {"load_pair", "store_pair", "copy_8_words"}
    operations = set(re.findall(r"^WORDS_INLINE (?:struct )?\w+ \*?(\w+)\(", words, re.M))
    assert len(operations) > 10
    assert operations - moves - set(NAMES) == set()
    for header in ("cmsis_dsp", "host"):
        text = (TEMPLATES_DIR / header / "cmsis_compiler.h").read_text()
        found = re.findall(r"\b__([A-Z]+\d*X?)\((?:\w+ )?\w+[,)]", text)
        known = {name.removeprefix("cmsis_").split("_")[0].upper() for name in NAMES}
        assert set(found) - {"ALIGNED"} <= known, header
        assert len(set(found)) > 25, header


def test_one_wrong_result_is_named_with_its_operands() -> None:
    operands = all_operands()
    right = np.zeros((len(NAMES), len(operands)), np.uint32)
    wrong = right.copy()
    wrong[3, 17] = 5
    assert compare_results(operands, [("QEMU", right), ("Unicorn", right)]) == []
    (difference,) = compare_results(operands, [("QEMU", right), ("Unicorn", wrong)])
    given = ", ".join(f"0x{word:08x}" for word in operands[17])
    assert difference.startswith(f"{NAMES[3]}({given}): QEMU 0x00000000, Unicorn 0x00000005; 1 of")
