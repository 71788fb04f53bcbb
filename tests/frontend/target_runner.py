# SPDX-License-Identifier: Apache-2.0
"""Runs the front-end's target image on an emulated Cortex-M33: no peripherals, just the core."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection
from numpy.typing import NDArray
from unicorn import UC_ARCH_ARM, UC_HOOK_CODE, UC_MODE_MCLASS, UC_MODE_THUMB, Uc
from unicorn.arm_const import UC_ARM_REG_LR, UC_ARM_REG_SP, UC_CPU_ARM_CORTEX_M33

FLASH, RAM, RETURN = 0x0800_0000, 0x2000_0000, 0x3000_0000
MEMORY_BYTES = 0x1_0000


class TargetRunner:
    """One image in one emulated core; its memory lives from call to call."""

    def __init__(self, image: Path) -> None:
        self._core = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
        self._core.ctl_set_cpu_model(UC_CPU_ARM_CORTEX_M33)
        for base in (FLASH, RAM, RETURN):
            self._core.mem_map(base, MEMORY_BYTES)
        with image.open("rb") as stream:
            elf = ELFFile(stream)
            for segment in elf.iter_segments():
                if segment["p_filesz"]:
                    self._core.mem_write(segment["p_paddr"], segment.data())
            table = elf.get_section_by_name(".symtab")
            assert isinstance(table, SymbolTableSection)
            symbols = [symbol for symbol in table.iter_symbols() if symbol.name]
            self.sizes = {symbol.name: int(symbol["st_size"]) for symbol in symbols}
            self.section_bytes = {s.name: int(s["sh_size"]) for s in elf.iter_sections()}
        self._addresses = {symbol.name: int(symbol["st_value"]) for symbol in symbols}
        self._functions = sorted(
            (int(symbol["st_value"]) & ~1, symbol.name)
            for symbol in symbols
            if symbol["st_info"]["type"] == "STT_FUNC"
        )

    def mel_frames(self, frames: NDArray[np.int16]) -> NDArray[np.int8]:
        """int8 [n, 64] of int16 frames [n, 512]."""
        return np.array([self._mel_frame(frame) for frame in frames], dtype=np.int8)

    def features(self, samples: NDArray[np.int16], hop_samples: int = 160) -> NDArray[np.int8]:
        """Frames, int8 [n, 64], that a fresh front-end gives, pushed hop by hop.

        The samples must be whole hops. Frames beyond the last sample are not among them.
        """
        self.call("probe_reset")
        frames: list[NDArray[np.int8]] = []
        for hop in samples.reshape(-1, hop_samples):
            self._write("probe_samples", hop.astype("<i2").tobytes())
            self.call("probe_push")
            if int.from_bytes(self._read("probe_frames"), "little") > len(frames):
                frames.append(np.frombuffer(self._read("probe_frame"), dtype=np.int8))
        return np.array(frames, dtype=np.int8).reshape(-1, 64)

    def transform(self, values: NDArray[np.int32], block_shift: int) -> NDArray[np.int32]:
        """Bins [points, 2] of values [points, 2] that are at their places."""
        self._write("probe_workspace", values.astype("<i4").tobytes())
        self._write("probe_shift", block_shift.to_bytes(4, "little"))
        self.call("probe_transform")
        bins = np.frombuffer(self._read("probe_workspace"), dtype="<i4")
        return bins[: values.size].reshape(values.shape)

    def count_instructions(self, frame: NDArray[np.int16]) -> Counter[str]:
        """Executed instructions of one mel frame by function."""
        return self._count(lambda: self._mel_frame(frame))

    def count_hop(self, samples: NDArray[np.int16], hop_samples: int = 160) -> Counter[str]:
        """Executed instructions of the last of some whole hops, from its samples to its frame.

        Buffering and gate are among them.
        """
        *before, last = samples.reshape(-1, hop_samples)
        self.call("probe_reset")
        for hop in before:
            self._write("probe_samples", hop.astype("<i2").tobytes())
            self.call("probe_push")
        frames = self._read("probe_frames")
        self._write("probe_samples", last.astype("<i2").tobytes())
        counts = self._count(lambda: self.call("probe_push"))
        assert self._read("probe_frames") != frames, "no frame ended with the hop"
        return counts

    def _count(self, work: Callable[[], object]) -> Counter[str]:
        counts: Counter[str] = Counter()
        starts = [address for address, _ in self._functions]

        def count(_core: Uc, address: int, _size: int, _data: object) -> None:
            counts[self._functions[bisect.bisect_right(starts, address) - 1][1]] += 1

        hook = self._core.hook_add(UC_HOOK_CODE, count)
        try:
            self._core.ctl_flush_tb()
            work()
        finally:
            self._core.hook_del(hook)
            self._core.ctl_flush_tb()
        return counts

    def call(self, function: str) -> None:
        self._core.reg_write(UC_ARM_REG_SP, RAM + MEMORY_BYTES)
        self._core.reg_write(UC_ARM_REG_LR, RETURN | 1)
        self._core.emu_start(self._addresses[function] | 1, RETURN)

    def _mel_frame(self, frame: NDArray[np.int16]) -> NDArray[np.int8]:
        self._write("probe_samples", frame.astype("<i2").tobytes())
        self.call("probe_mel")
        return np.frombuffer(self._read("probe_frame"), dtype=np.int8)

    def _read(self, name: str) -> bytes:
        return bytes(self._core.mem_read(self._addresses[name], self.sizes[name]))

    def _write(self, name: str, content: bytes) -> None:
        assert len(content) <= self.sizes[name]
        self._core.mem_write(self._addresses[name], content)
