# SPDX-License-Identifier: Apache-2.0
"""Each DSP operation and each rounding: portable C, target instructions and Python agree."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable

import numpy as np
import pytest

from generator.engines.builtin.fixed_point import Multiplier, WideMultiplier, multiply
from generator.errors import ToolError
from generator.repository import TEMPLATES_DIR
from generator.toolchain.locate import find_toolchain
from tests.support.cortex_m33 import CortexM33, compile_for_m33
from tests.support.network_build import COMPILE

Function = Callable[..., int]

WRAPPERS = """
#include "network/kernels/requantise.h"
#define TWIN __attribute__((noinline, used))
int32_t twin_smlad(uint32_t a, uint32_t b, int32_t sum);
int32_t twin_smlabb(uint32_t a, uint32_t b, int32_t sum);
int32_t twin_smlabt(uint32_t a, uint32_t b, int32_t sum);
int32_t twin_smlatb(uint32_t a, uint32_t b, int32_t sum);
int32_t twin_smlatt(uint32_t a, uint32_t b, int32_t sum);
int32_t twin_smmlar(int32_t a, int32_t b, int32_t addend);
int32_t twin_sxtb16_even(uint32_t word);
int32_t twin_sxtb16_odd(uint32_t word);
int32_t twin_uxtb16_even(uint32_t word);
int32_t twin_uxtb16_odd(uint32_t word);
int32_t twin_double_halves(uint32_t word);
int32_t twin_add_bytes(uint32_t word, uint32_t sum);
int32_t twin_usat8(int32_t value);
int32_t twin_relu(int32_t accumulator, int32_t mantissa, uint32_t shift);
int32_t twin_linear(int32_t accumulator, int32_t mantissa, uint32_t shift);
int32_t twin_scale(int32_t value, int32_t mantissa, int32_t shift);
int32_t twin_once(int32_t value, uint32_t low, uint32_t high, uint32_t shift);
TWIN int32_t twin_smlad(uint32_t a, uint32_t b, int32_t sum) { return dsp_smlad(a, b, sum); }
TWIN int32_t twin_smlabb(uint32_t a, uint32_t b, int32_t sum) { return dsp_smlabb(a, b, sum); }
TWIN int32_t twin_smlabt(uint32_t a, uint32_t b, int32_t sum) { return dsp_smlabt(a, b, sum); }
TWIN int32_t twin_smlatb(uint32_t a, uint32_t b, int32_t sum) { return dsp_smlatb(a, b, sum); }
TWIN int32_t twin_smlatt(uint32_t a, uint32_t b, int32_t sum) { return dsp_smlatt(a, b, sum); }
TWIN int32_t twin_smmlar(int32_t a, int32_t b, int32_t addend) { return dsp_smmlar(a, b, addend); }
TWIN int32_t twin_sxtb16_even(uint32_t word) { return (int32_t)dsp_sxtb16_even(word); }
TWIN int32_t twin_sxtb16_odd(uint32_t word) { return (int32_t)dsp_sxtb16_odd(word); }
TWIN int32_t twin_uxtb16_even(uint32_t word) { return (int32_t)dsp_uxtb16_even(word); }
TWIN int32_t twin_uxtb16_odd(uint32_t word) { return (int32_t)dsp_uxtb16_odd(word); }
TWIN int32_t twin_double_halves(uint32_t word) { return (int32_t)dsp_double_halves(word); }
TWIN int32_t twin_add_bytes(uint32_t word, uint32_t sum)
{
    return (int32_t)dsp_add_bytes(word, sum);
}
TWIN int32_t twin_usat8(int32_t value) { return dsp_usat8(value); }
static struct requantise_channel channel(int32_t mantissa, uint32_t shift)
{
    const struct requantise packed = {(int32_t)shift, mantissa};
    return requantise_unpack(&packed);
}
TWIN int32_t twin_relu(int32_t accumulator, int32_t mantissa, uint32_t shift)
{
    const struct requantise_channel one = channel(mantissa, shift);
    return requantise_relu(2 * accumulator, &one);
}
TWIN int32_t twin_linear(int32_t accumulator, int32_t mantissa, uint32_t shift)
{
    static const struct output_range range = {100, 3, 250};
    const struct requantise_channel one = channel(mantissa, shift);
    return requantise_linear(2 * accumulator, &one, &range);
}
TWIN int32_t twin_scale(int32_t value, int32_t mantissa, int32_t shift)
{
    return requantise_scale_s32(value, mantissa, shift);
}
TWIN int32_t twin_once(int32_t value, uint32_t low, uint32_t high, uint32_t shift)
{
    return requantise_once_s32(value, (int64_t)((uint64_t)high << 32 | low), shift);
}
"""

EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)
WORDS_EACH = 60

ARGUMENTS = {
    "smlad": 3, "smlabb": 3, "smlabt": 3, "smlatb": 3, "smlatt": 3, "sxtb16_even": 1,
    "sxtb16_odd": 1, "uxtb16_even": 1, "uxtb16_odd": 1, "add_bytes": 2, "usat8": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Function]:
    folder = tmp_path_factory.mktemp("twins")
    source, library = folder / "twins.c", folder / "twins.so"
    source.write_text(WRAPPERS)
    undefined = ("-fsanitize=undefined", "-fsanitize-undefined-trap-on-error")
    command = [
        *COMPILE,
        *undefined,
        "-shared",
        f"-I{TEMPLATES_DIR}",
        str(source),
        "-o",
        str(library),
    ]
    subprocess.run(command, check=True)
    loaded = ctypes.CDLL(str(library))

    def function(name: str) -> Function:
        return lambda *words: int(loaded[f"twin_{name}"](*(ctypes.c_uint32(w) for w in words)))

    return function


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Function]:
    folder = tmp_path_factory.mktemp("twins_m33")
    source = folder / "twins.c"
    source.write_text(WRAPPERS)
    try:
        compiler = str(find_toolchain().gcc)
    except ToolError as error:
        pytest.skip(str(error))
    entries = [
        line.split()[2].split("(")[0] for line in WRAPPERS.splitlines() if "TWIN int" in line
    ]
    core = CortexM33(compile_for_m33(folder, compiler, [source], TEMPLATES_DIR, entries))

    def function(name: str) -> Function:
        return lambda *words: core.call(f"twin_{name}", *(word & 0xFFFF_FFFF for word in words))

    return function


def words(count: int, seed: int) -> list[tuple[int, ...]]:
    random = np.random.default_rng(seed)
    drawn = random.integers(0, 1 << 32, (WORDS_EACH, count)).tolist()
    edges = random.choice(np.array(EDGES, dtype=np.uint64), (WORDS_EACH, count)).tolist()
    return [tuple(map(int, row)) for row in drawn + edges]


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_portable_twin_computes_what_the_instruction_does(
    host: Callable[[str], Function], target: Callable[[str], Function], name: str
) -> None:
    portable, instruction = host(name), target(name)
    for arguments in words(ARGUMENTS[name], seed=len(name)):
        assert portable(*arguments) == instruction(*arguments), arguments


def test_smmlar_and_double_halves_within_their_domains(
    host: Callable[[str], Function], target: Callable[[str], Function]
) -> None:
    random = np.random.default_rng(5)
    for _ in range(200):
        a = int(random.integers(-(1 << 31), 1 << 31))
        b, addend = int(random.integers(0, 1 << 31)), int(random.integers(0, 1 << 30))
        expected = ((a * b + (1 << 31)) >> 32) + addend
        assert host("smmlar")(a, b, addend) == target("smmlar")(a, b, addend) == expected
        low, high = (int(half) for half in random.integers(-128, 128, 2))
        word = (high & 0xFFFF) << 16 | (low & 0xFFFF)
        doubled = (2 * high & 0xFFFF) << 16 | (2 * low & 0xFFFF)
        for twin in (host, target):
            assert twin("double_halves")(word) & 0xFFFF_FFFF == doubled


def accumulators(mantissa: int, shift: int, random: np.random.Generator) -> list[int]:
    """Values over the whole output range, and those whose products are ties or next to them."""
    real = mantissa / 2.0 ** (31 + shift)
    reach = min(int(300 / real) + 2, (1 << 30) - 1)
    ties = [int((k + 0.5) / real) + d for k in random.integers(-140, 140, 12) for d in (-1, 0, 1)]
    values = [*ties, *random.integers(-reach, reach + 1, 20).tolist(), -reach, 0, reach]
    return [value for value in values if abs(value) < 1 << 30]


MULTIPLIERS = [
    (mantissa, shift)
    for mantissa in (1 << 30, (1 << 30) + 1, 1_234_567_891, 3 << 29, (1 << 31) - 1)
    for shift in (0, 1, 2, 7, 12, 20)
]


@pytest.mark.parametrize("place", ["host", "target"])
def test_requantisation_is_pythons(place: str, request: pytest.FixtureRequest) -> None:
    twin: Callable[[str], Function] = request.getfixturevalue(place)
    random = np.random.default_rng(11)
    for mantissa, shift in MULTIPLIERS:
        for accumulator in accumulators(mantissa, shift, random):
            value = multiply(accumulator, Multiplier(mantissa, -shift))
            numbers = (accumulator, mantissa, shift)
            assert twin("relu")(*numbers) == min(max(value, 0), 255), numbers
            assert twin("linear")(*numbers) == min(max(value + 100, 3), 250), numbers
            assert twin("scale")(accumulator, mantissa, -shift) == value, numbers


@pytest.mark.parametrize("place", ["host", "target"])
def test_left_shifts_and_single_rounding_are_pythons(
    place: str, request: pytest.FixtureRequest
) -> None:
    twin: Callable[[str], Function] = request.getfixturevalue(place)
    random = np.random.default_rng(12)
    for shift in (1, 2, 5):
        for value in random.integers(-(1 << 24), 1 << 24, 10).tolist():
            expected = multiply(value, Multiplier(1_500_000_001, shift))
            assert twin("scale")(value, 1_500_000_001, shift) == expected
    for shift in (1, 17, 31, 32, 33, 48, 62):
        mantissa = int(random.integers(1, 1 << min(shift, 40)))
        wide = WideMultiplier(mantissa, shift)
        half = (1 << (shift - 1)) // mantissa
        for value in (0, 1, -1, half, -half, half + 1, -half - 1, 4_000_000, -4_000_000):
            if abs(value) >= 1 << 22:
                continue
            low, high = mantissa & 0xFFFF_FFFF, mantissa >> 32
            assert twin("once")(value, low, high, shift) == wide.multiply(value), (wide, value)
