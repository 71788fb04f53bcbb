# SPDX-License-Identifier: Apache-2.0
"""What each silence gate is worth: the measurement after docs/adr/0003-silence-gate.md.

    ESC10_DIR=... python -m tests.frontend.gate_sweep --model MODEL.tflite

Every gate decides over the same clips; features are the firmware's own integers, the network is
the TFLite reference interpreter, a clip's class is the mean of its patches' scores. Prints the
ADR's three tables in Markdown. Some minutes on one core.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from generator.frontend.mel_tables import make_mel_tables
from generator.frontend.presets import YAMNET
from generator.repository import REPO_ROOT
from hil.clips.clip_set import load_clips
from sounds.place import find_directory
from tests.frontend.frontend_builds import build_library, write_sources
from tests.frontend.host_library import HostLibrary
from tests.frontend.integer_twin import split_frames

Frames = NDArray[np.int8]
Samples = NDArray[np.int16]
Flags = NDArray[np.bool_]
Padding = Callable[[Frames, int], Frames]

PATCH, STEP, HOP = 96, 72, 160
PHASE = 32
"""Samples before the first hop, so that a hop ends where a frame does."""
KEPT = 25
"""Frames that the listener keeps."""


@dataclass(frozen=True)
class Sound:
    """One clip and its ungated frames."""

    label: int
    samples: Samples
    frames: Frames
    variance: NDArray[np.float64]
    """Of each hop about its own mean; frame i ends with hop i + 2."""


class Judge:
    """The model by the reference interpreter; remembers patches that it has seen."""

    def __init__(self, model: Path) -> None:
        self._interpreter = Interpreter(
            str(model), experimental_op_resolver_type=OpResolverType.BUILTIN_REF, num_threads=1
        )
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self.scale, self.zero_point = self._input["quantization"]
        self._bands_first = self._input["shape"][1] == 64
        self._seen: dict[bytes, NDArray[np.float32]] = {}

    def scores(self, patch: Frames) -> NDArray[np.float32]:
        """Probabilities [classes] of one patch [96, 64]."""
        key = patch.tobytes()
        if key not in self._seen:
            values = patch.T if self._bands_first else patch
            self._interpreter.set_tensor(self._input["index"], values[None, :, :, None].copy())
            self._interpreter.invoke()
            self._seen[key] = self._interpreter.get_tensor(self._output)[0].copy()
        return self._seen[key]

    def right(self, frames: Frames, label: int, pad: Padding) -> tuple[bool, int]:
        """Whether the clip is heard right, and how many patches that took."""
        if len(frames) == 0:
            return False, 0
        full = pad(frames, PATCH) if len(frames) < PATCH else frames
        patches = [full[i : i + PATCH] for i in range(0, len(full) - PATCH + 1, STEP)]
        mean = np.mean([self.scores(patch) for patch in patches], axis=0)
        return int(np.argmax(mean)) == label, len(patches)


def repeat_all(frames: Frames, count: int) -> Frames:
    return frames[np.arange(count) % len(frames)]


def repeat_last(frames: Frames, count: int) -> Frames:
    tail = frames[-KEPT:]
    return np.concatenate([frames, tail[np.arange(count - len(frames)) % len(tail)]])


def mirror(frames: Frames, count: int) -> Frames:
    there_and_back = np.concatenate([frames, frames[::-1]])
    return there_and_back[np.arange(count) % len(there_and_back)]


def hold_last(frames: Frames, count: int) -> Frames:
    return np.concatenate([frames, np.tile(frames[-1], (count - len(frames), 1))])


def hop_variance(samples: Samples) -> NDArray[np.float64]:
    count = (len(samples) - PHASE) // HOP
    hops = samples[PHASE : PHASE + HOP * count].reshape(count, HOP)
    variance: NDArray[np.float64] = hops.astype(np.float64).var(axis=1)
    return variance


def hang(loud: Flags, hangover: int) -> Flags:
    """True for a loud hop and the `hangover` hops after it."""
    index = np.arange(len(loud))
    last_loud = np.maximum.accumulate(np.where(loud, index, -(10**9)))
    return index - last_loud <= hangover


def absolute(sound: Sound, rms: float, hangover: int) -> Flags:
    return hang(sound.variance >= rms**2, hangover)


def running(sound: Sound, decibels: float, half_life_hops: float, hangover: int) -> Flags:
    """Loud is what lies less than `decibels` below a maximum that decays; at least 1 step RMS."""
    decay = 0.5 ** (1 / half_life_hops) if half_life_hops else 1.0
    peak, loud = 0.0, []
    for variance in sound.variance:
        peak = max(peak * decay, variance)
        loud.append(variance >= max(1.0, peak * 10 ** (-decibels / 10)))
    return hang(np.array(loud, dtype=np.bool_), hangover)


def drop_frames(sound: Sound, hops_open: Flags) -> Frames:
    return sound.frames[hops_open[2 : 2 + len(sound.frames)]]


def split_like_librosa(samples: Samples) -> Samples:
    """`librosa.effects.split` with blocks of 200 ms, 60 dB below the loudest block, joined."""
    block = 3200
    padded = np.pad(samples / 32768.0, block // 2)
    count = len(padded) // block
    power = np.mean(padded[: count * block].reshape(count, block) ** 2, axis=1)
    kept = power > max(power.max(), 1e-10) * 1e-6
    mask = np.repeat(kept, block)[: len(samples)]
    return samples[: len(mask)][mask]


def read_sounds(judge: Judge, mel: HostLibrary, gain: float = 1.0) -> list[Sound]:
    directory = find_directory(None, os.environ, REPO_ROOT)
    if directory is None:
        raise SystemExit("no data set: name one in ESC-50's layout by ESC10_DIR")
    clips = load_clips(directory)
    sounds = []
    for clip in clips.clips:
        samples = np.rint(clip.read(YAMNET.sample_rate_hz) * gain).astype(np.int16)
        frames = mel.mel_frames(split_frames(samples))
        label = clips.labels.index(clip.label or "")
        sounds.append(Sound(label, samples, frames, hop_variance(samples)))
    return sounds


def print_row(
    judge: Judge, name: str, sounds: Sequence[Sound], kept: Sequence[Frames], pad: Padding
) -> None:
    results = [judge.right(f, s.label, pad) for f, s in zip(kept, sounds, strict=True)]
    right = sum(ok for ok, _ in results)
    removed = 1 - sum(map(len, kept)) / sum(len(sound.frames) for sound in sounds)
    short = sum(len(frames) < PATCH for frames in kept)
    print(
        f"| {name} | {right} | {100 * right / len(sounds):.2f} % | {100 * removed:.1f} % | "
        f"{sum(patches for _, patches in results)} | {short} |",
        flush=True,
    )


def print_gates(judge: Judge, mel: HostLibrary, sounds: Sequence[Sound]) -> None:
    print("| gate | right | accuracy | frames removed | patches | clips shorter than a patch |")
    print("|---|---|---|---|---|---|")

    def row(name: str, kept: Sequence[Frames]) -> None:
        print_row(judge, name, sounds, kept, repeat_last)

    row("none", [sound.frames for sound in sounds])
    split = [split_like_librosa(sound.samples) for sound in sounds]
    row("librosa's split, whole clip known", [mel.mel_frames(split_frames(s)) for s in split])
    for rms, hangover in (
        *((rms, 40) for rms in (1, 2, 4, 8, 16, 32)),
        *((2, hangover) for hangover in (0, 10, 20, 80, 120, 200)),
    ):
        name = f"{rms} steps RMS, hangover {10 * hangover} ms"
        row(name, [drop_frames(s, absolute(s, rms, hangover)) for s in sounds])
    for decibels in (60, 50, 40):
        for half_life in (0, 500):
            decay = "no decay" if not half_life else "half-life 5 s"
            name = f"{decibels} dB below the running maximum, {decay}, hangover 400 ms"
            row(name, [drop_frames(s, running(s, decibels, half_life, 40)) for s in sounds])
    joined = []
    for sound in sounds:
        mask = np.zeros(len(sound.samples), dtype=np.bool_)
        hops_open = np.repeat(absolute(sound, 2, 40), HOP)
        mask[PHASE : PHASE + len(hops_open)] = hops_open
        joined.append(mel.mel_frames(split_frames(sound.samples[mask])))
    row("2 steps RMS, hangover 400 ms, samples dropped, not frames", joined)
    ahead = []
    for sound in sounds:
        hops_open = absolute(sound, 2, 40)
        early = hang(hops_open[::-1], 20)[::-1]
        ahead.append(drop_frames(sound, early))
    row("2 steps RMS, hangover 400 ms, 200 ms look-ahead", ahead)


def print_paddings(judge: Judge, sounds: Sequence[Sound]) -> None:
    """Clips cut to their loudest few frames, so that every clip is shorter than a patch."""
    silence = int(np.clip(np.rint(np.log(1e-4) / judge.scale) + judge.zero_point, -128, 127))

    def append_silence(frames: Frames, count: int) -> Frames:
        empty = np.full((count - len(frames), frames.shape[1]), silence, dtype=np.int8)
        return np.concatenate([frames, empty])

    rules: dict[str, Padding] = {
        "silence appended": append_silence,
        "last frame held": hold_last,
        "mirrored": mirror,
        "all frames repeated": repeat_all,
        "last 25 frames repeated": repeat_last,
    }
    lengths = (12, 24, 48, 72)
    print("| rule | " + " | ".join(f"{length} frames" for length in lengths) + " |")
    print("|---|" + "---|" * len(lengths))
    for name, pad in rules.items():
        shares = []
        for length in lengths:
            cut = [loudest(drop_frames(s, absolute(s, 2, 40)), length) for s in sounds]
            right = sum(judge.right(f, s.label, pad)[0] for f, s in zip(cut, sounds, strict=True))
            shares.append(f"{100 * right / len(sounds):.1f} %")
        print(f"| {name} | " + " | ".join(shares) + " |", flush=True)


def loudest(frames: Frames, count: int) -> Frames:
    if len(frames) <= count:
        return frames
    level = np.convolve(frames.astype(int).sum(axis=1), np.ones(count), "valid")
    begin = int(np.argmax(level))
    return frames[begin : begin + count]


def print_quiet(judge: Judge, mel: HostLibrary) -> None:
    print("| gate, all clips 20 dB quieter | right | accuracy | removed | patches | short |")
    print("|---|---|---|---|---|---|")
    sounds = read_sounds(judge, mel, gain=0.1)
    print_row(judge, "none", sounds, [sound.frames for sound in sounds], repeat_last)
    for rms in (1, 2):
        kept = [drop_frames(s, absolute(s, rms, 40)) for s in sounds]
        print_row(judge, f"{rms} steps RMS, hangover 400 ms", sounds, kept, repeat_last)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--model", type=Path, required=True, help="int8 .tflite to judge with")
    judge = Judge(parser.parse_args().model)
    with tempfile.TemporaryDirectory() as scratch:
        tables = make_mel_tables(YAMNET, float(judge.scale), int(judge.zero_point))
        mel = HostLibrary(build_library(write_sources(Path(scratch), tables)))
        sounds = read_sounds(judge, mel)
        print_gates(judge, mel, sounds)
        print()
        print_quiet(judge, mel)
        print()
        print_paddings(judge, sounds)


if __name__ == "__main__":
    main()
