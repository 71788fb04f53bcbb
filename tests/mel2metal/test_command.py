# SPDX-License-Identifier: Apache-2.0
"""The whole command: sounds in a model's input range, and a user's features beside ours."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import soundfile

from generator.frontend.presets import YAMNET
from generator.host.frontend_twin import build_frontend_twin
from generator.model.tflite_reader import read_tflite
from mel2metal.__main__ import main
from mel2metal.sound_files import SoundFiles
from sounds.decode import read_samples
from tests.support.firmware_store import write_tiny_model
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model


@pytest.fixture(autouse=True)
def no_data_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESC10_DIR", raising=False)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    time_s = np.arange(16_000) / 16_000
    noise = np.random.default_rng(3).normal(0, 0.05, time_s.size)
    path = tmp_path / "sounds" / "sweep.wav"
    path.parent.mkdir()
    soundfile.write(path, 0.4 * np.sin(4000 * time_s**2) + noise, 16_000, subtype="PCM_16")
    return path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_tiny_model(tmp_path)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main(list(map(str, arguments)))
    return code, *capsys.readouterr()


def test_sounds_lie_in_the_model_s_range(
    capsys: pytest.CaptureFixture[str], model: Path, clip: Path
) -> None:
    code, out, _ = run(capsys, "inspect", model, "--sounds", clip.parent)
    assert code == 0
    assert "features of 97 frames" in out and "WARNING" not in out


def test_sounds_are_read_at_the_record_s_rate_and_low_ones_are_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, clip: Path
) -> None:
    record = "preset: yamnet\nsample_rate_hz: 44100\nhop_samples: 441\nhigh_hz: 20000\n"
    content = ModelBuilder(16, 64).conv(2).head(3).to_bytes()
    model = write_model(tmp_path / "wide.tflite", content, record=record)
    code, out, _ = run(capsys, "inspect", model, "--sounds", clip.parent)
    assert code == 0
    assert f"features of {1 + (44_100 - 512) // 441} frames" in out
    assert "note: 1 of 1 clips recorded below 40 kHz: resampled" in out
    assert "record at 44.1 kHz or more" in out


def test_other_features_are_warned_of_loudly(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, clip: Path
) -> None:
    builder = ModelBuilder(16, 64, input_scale=80 / 255, input_zero_point=127)
    model = write_model(tmp_path / "db.tflite", builder.conv(2).head(3).to_bytes())
    code, out, _ = run(capsys, "inspect", model, "--sounds", clip.parent)
    assert code == 0
    assert out.count("WARNING: ") == 2 and "cut off at 0" in out and "log: db_power" in out


def test_a_folder_without_sounds_is_refused(
    capsys: pytest.CaptureFixture[str], model: Path, tmp_path: Path
) -> None:
    code, _, err = run(capsys, "inspect", model, "--sounds", tmp_path / "none")
    assert code == 2 and "no such folder" in err


def our_values(model: Path, clip: Path) -> np.ndarray:
    quantised = read_tflite(model).input
    record = YAMNET.model_copy(update={"silence_gate": None})
    frames = build_frontend_twin(record, quantised.scale, quantised.zero_point).features(
        read_samples(clip, record.sample_rate_hz)
    )
    return (frames.astype(np.float32) - quantised.zero_point) * np.float32(quantised.scale)


def test_one_s_own_features_beside_ours(
    capsys: pytest.CaptureFixture[str], model: Path, clip: Path, tmp_path: Path
) -> None:
    features = tmp_path / "mine.npy"
    np.save(features, our_values(model, clip))
    command = ("frontend", model, "--compare", features, clip)
    code, out, _ = run(capsys, *command)
    assert code == 0
    assert "100.00 % of the cells are equal" in out
    picture = tmp_path / "mine.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    picture.write_bytes(b"the user's own")
    np.save(features, our_values(model, clip).T * (10 / np.log(10)))
    code, out, _ = run(capsys, *command)
    assert code == 0
    assert "turned round" in out and "log: db_power" in out
    assert "is there already" in out and picture.read_bytes() == b"the user's own"


@pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY\x01\x00"])
def test_features_that_cannot_be_read_are_refused(
    capsys: pytest.CaptureFixture[str], model: Path, clip: Path, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "mine.npy").write_bytes(content)
    code, out, err = run(capsys, "frontend", model, "--compare", tmp_path / "mine.npy", clip)
    assert code == 2
    assert "mine.npy" in err and "Traceback" not in out + err


def test_without_decoders_a_named_sound_is_a_missing_tool(
    capsys: pytest.CaptureFixture[str], model: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "soxr" else found(name)
    )
    code, _, err = run(capsys, "inspect", model, "--sounds", clip.parent)
    assert code == 3 and "soxr" in err
    assert SoundFiles().clips(None) == ()
