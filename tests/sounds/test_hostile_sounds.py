# SPDX-License-Identifier: Apache-2.0
"""Sound files that lie, are cut or are no files: one message each, within bounds of memory."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from generator.errors import InputError
from sounds import decode
from sounds.decode import convert_samples, read_samples, to_int16

RATE_HZ = 16_000
NOISE = np.random.default_rng(0).integers(-9999, 9999, RATE_HZ).astype(np.int16)

KINDS = [
    ("WAV", "PCM_16"),
    ("WAV", "IMA_ADPCM"),
    ("WAVEX", "PCM_24"),
    ("AIFF", "PCM_16"),
    ("AU", "PCM_16"),
    ("CAF", "PCM_16"),
    ("W64", "PCM_16"),
    ("RF64", "PCM_16"),
    ("FLAC", "PCM_16"),
    ("OGG", "VORBIS"),
    ("OGG", "OPUS"),
    ("MP3", "MPEG_LAYER_III"),
]


def encoded(kind: str, subtype: str) -> bytes:
    stream = io.BytesIO()
    soundfile.write(stream, NOISE, RATE_HZ, format=kind, subtype=subtype)
    return stream.getvalue()


@pytest.mark.parametrize(("kind", "subtype"), KINDS, ids=[f"{one}-{two}" for one, two in KINDS])
def test_a_file_is_taken_whole_and_refused_when_its_end_is_cut(
    tmp_path: Path, kind: str, subtype: str
) -> None:
    data, path = encoded(kind, subtype), tmp_path / "a.sound"
    path.write_bytes(data)
    assert len(read_samples(path, RATE_HZ)) == soundfile.info(path).frames
    for percent in range(1, 85):
        path.write_bytes(data[: len(data) * percent // 100])
        with pytest.raises(InputError, match=r"its end is missing|cannot be decoded|no samples"):
            read_samples(path, RATE_HZ)


def test_every_cut_of_a_wav_is_seen(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", NOISE[:200], RATE_HZ, subtype="PCM_16")
    data = (tmp_path / "a.wav").read_bytes()
    for size in range(len(data)):
        (tmp_path / "a.wav").write_bytes(data[:size])
        with pytest.raises(InputError):
            read_samples(tmp_path / "a.wav", RATE_HZ)


@pytest.mark.parametrize("size", [0, 0x7FFF_F000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF])
def test_a_wav_whose_writer_did_not_know_its_length_is_taken(tmp_path: Path, size: int) -> None:
    data = bytearray(encoded("WAV", "PCM_16"))
    data[40:44] = struct.pack("<I", size)
    (tmp_path / "a.wav").write_bytes(data)
    if size == 0:
        with pytest.raises(InputError, match="holds no samples"):
            read_samples(tmp_path / "a.wav", RATE_HZ)
    else:
        assert np.array_equal(read_samples(tmp_path / "a.wav", RATE_HZ), NOISE)


def test_what_stands_behind_the_sound_of_a_wav_may_be_cut(tmp_path: Path) -> None:
    data = bytearray(encoded("WAV", "PCM_16") + b"LIST" + struct.pack("<I", 100) + b"INFO")
    data[4:8] = struct.pack("<I", len(data) + 88)
    (tmp_path / "a.wav").write_bytes(data)
    assert np.array_equal(read_samples(tmp_path / "a.wav", RATE_HZ), NOISE)


@pytest.mark.parametrize("count", [3000, 0x7FFF_FFFF])
def test_an_mp3_with_a_false_count_is_refused(tmp_path: Path, count: int) -> None:
    """Once it made room for as much as the file said, and there was none."""
    data = bytearray(encoded("MP3", "MPEG_LAYER_III"))
    at = max(data.find(b"Xing"), data.find(b"Info"))
    assert at > 0
    data[at + 8 : at + 12] = struct.pack(">I", count)
    (tmp_path / "a.mp3").write_bytes(data)
    with pytest.raises(InputError, match=r"its end is missing: it says that it has \d+ samples"):
        read_samples(tmp_path / "a.mp3", RATE_HZ)


@pytest.mark.parametrize("rate_hz", [1, 99, 1_000_001, 2_000_000_000])
def test_a_rate_that_is_none_of_sound_is_refused(tmp_path: Path, rate_hz: int) -> None:
    data = bytearray(encoded("WAV", "PCM_16"))
    data[24:28] = struct.pack("<I", rate_hz)
    (tmp_path / "a.wav").write_bytes(data)
    with pytest.raises(InputError, match=f"a rate of {rate_hz} Hz is none of sound"):
        read_samples(tmp_path / "a.wav", RATE_HZ)


def test_a_sound_that_makes_no_sample_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", NOISE[:2], 192_000, subtype="PCM_16")
    with pytest.raises(InputError, match="is too short: 2 of 192000 Hz make no sample"):
        read_samples(tmp_path / "a.wav", RATE_HZ)


def test_a_rate_that_is_none_of_sound_is_refused_of_samples_too() -> None:
    with pytest.raises(InputError, match="2000000000 Hz is none of sound"):
        convert_samples(NOISE, 2_000_000_000, RATE_HZ)


def test_a_longer_sound_than_there_is_room_for_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "MOST_SAMPLES", RATE_HZ - 1)
    for kind, subtype in KINDS:
        (tmp_path / "a.sound").write_bytes(encoded(kind, subtype))
        with pytest.raises(InputError, match="is longer than"):
            read_samples(tmp_path / "a.sound", RATE_HZ)


@pytest.mark.parametrize("block", [1, 7, 1000, 1 << 18])
@pytest.mark.parametrize(("own_hz", "channels"), [(16_000, 2), (44_100, 1), (8000, 3)])
def test_blocks_give_what_all_at_once_gave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_hz: int, channels: int, block: int
) -> None:
    monkeypatch.setattr(decode, "BLOCK_VALUES", block)
    wave = np.random.default_rng(1).standard_normal((3000, channels)).astype(np.float32) / 8
    soundfile.write(tmp_path / "a.wav", wave, own_hz, subtype="FLOAT")
    mono = wave.mean(axis=1, dtype=np.float32)
    whole = mono if own_hz == RATE_HZ else soxr.resample(mono, own_hz, RATE_HZ, quality="HQ")
    assert np.array_equal(read_samples(tmp_path / "a.wav", RATE_HZ), to_int16(whole))


def test_half_an_hour_takes_less_than_300_mb(tmp_path: Path) -> None:
    with soundfile.SoundFile(tmp_path / "a.flac", "w", RATE_HZ, 1, "PCM_16") as file:
        for _ in range(30):
            file.write(np.zeros(60 * RATE_HZ, np.int16))
    # Linux: VmHWM is of this program alone; ru_maxrss begins with what the parent had at the fork.
    program = (
        "import pathlib, re, resource, sys; from sounds.decode import read_samples; "
        "count = len(read_samples(pathlib.Path(sys.argv[1]), 16000)); "
        "status = pathlib.Path('/proc/self/status'); "
        "print(count, int(re.search(r'VmHWM:\\s+(\\d+)', status.read_text())[1]) "
        "if status.exists() else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    words = [sys.executable, "-c", program, str(tmp_path / "a.flac")]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    samples, highest = map(int, done.stdout.split())
    highest_bytes = highest if sys.platform == "darwin" else 1024 * highest
    assert samples == 30 * 60 * RATE_HZ
    assert highest_bytes < 300_000_000


@pytest.mark.parametrize("kind", ["folder", "pipe", "dangling", "absent", "long", "device"])
def test_what_is_no_file_is_told_at_once(tmp_path: Path, kind: str) -> None:
    path, said = {
        "folder": (tmp_path / "a.wav", "is a folder, no file"),
        "pipe": (tmp_path / "b.wav", "is a pipe, no file"),
        "dangling": (tmp_path / "c.wav", "is a link to nowhere, which is not there"),
        "absent": (tmp_path / "d.wav", "it is not there"),
        "long": (tmp_path / f"{'e' * 300}.wav", "cannot be read: File name too long"),
        "device": (Path("/dev/zero"), "is a device, no file"),
    }[kind]
    (tmp_path / "a.wav").mkdir()
    os.mkfifo(tmp_path / "b.wav")
    (tmp_path / "c.wav").symlink_to("nowhere")
    with pytest.raises(InputError, match=said):
        read_samples(path, RATE_HZ)


def test_the_decoder_of_mp3_says_nothing_of_its_own(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = bytearray(encoded("MP3", "MPEG_LAYER_III"))
    data[900:1000] = bytes(100)
    (tmp_path / "a.mp3").write_bytes(data)
    with suppress(InputError):
        read_samples(tmp_path / "a.mp3", RATE_HZ)
    assert capfd.readouterr().err == ""
    os.write(2, b"heard again")
    assert capfd.readouterr().err == "heard again"
