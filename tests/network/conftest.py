# SPDX-License-Identifier: Apache-2.0
"""Kernels with an assembly and a portable twin, compiled for this machine and for each core."""

from __future__ import annotations

import ctypes
import subprocess

import pytest

from generator.errors import ToolError
from generator.repository import TEMPLATES_DIR
from generator.toolchain.locate import find_toolchain
from tests.support.cortex_m33 import CortexM33, compile_for_core
from tests.support.network_build import COMPILE

KERNELS = {
    "add": ("add_combine_row_u8",),
    "pointwise_relu": ("pointwise_relu_row_u8", "pointwise_relu_swapped_row_u8"),
    "pointwise_linear": ("pointwise_linear_row_u8",),
    "pointwise_plain": ("pointwise_plain_row_u8",),
    "depthwise_scaled_begin": (),
    "depthwise_scaled_s1": ("depthwise_scaled_s1_row_u8",),
    "depthwise_scaled_s2": ("depthwise_scaled_s2_row_u8",),
    "convolution_scaled_s2": (
        "convolution_scaled_s2_row_u8",
        "convolution_scaled_s2_swapped_row_u8",
    ),
}
CORES = ("cortex-m33", "cortex-m4", "cortex-m7")


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    library = tmp_path_factory.mktemp("twins") / "twins.so"
    sources = [str(TEMPLATES_DIR / f"network/kernels/{name}.c") for name in KERNELS]
    trap = ("-fsanitize=undefined", "-fsanitize-undefined-trap-on-error")
    command = [*COMPILE, *trap, "-shared", f"-I{TEMPLATES_DIR}", *sources, "-o", str(library)]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(library))


@pytest.fixture(scope="module", params=CORES)
def core(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def target(core: str, tmp_path_factory: pytest.TempPathFactory) -> CortexM33:
    folder = tmp_path_factory.mktemp("assembly")
    try:
        compiler = str(find_toolchain().gcc)
    except ToolError as error:
        pytest.skip(str(error))
    kernels = TEMPLATES_DIR / "network/kernels"
    sources = [kernels / f"{name}{suffix}" for name in KERNELS for suffix in (".c", ".S")]
    entries = [function for functions in KERNELS.values() for function in functions]
    present = [source for source in sources if source.is_file()]
    elf = compile_for_core(core, folder, compiler, present, TEMPLATES_DIR, entries)
    return CortexM33(elf)
