# SPDX-License-Identifier: Apache-2.0
"""`mel2metal frontend` without sounds: records in words, and made from calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.cli import main
from generator.frontend.presets import YAMNET
from generator.frontend.record_file import read_record
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main(list(map(str, arguments)))
    return code, *capsys.readouterr()


def test_a_model_s_front_end_in_words(capsys: pytest.CaptureFixture[str], tiny_path: Path) -> None:
    code, out, _ = run(capsys, "frontend", tiny_path)
    assert code == 0
    for wanted in (
        "front-end: yamnet, by tiny.frontend.yaml",
        "a window of 400 samples (25 ms, hann, periodic), zeros on both sides up to 512, every "
        "160 samples (10 ms)",
        "magnitudes of 257 bins of 31.25 Hz",
        "64 triangles from 125 to 7500 Hz, htk scale, peak 1",
        "ln(x + 0.0001)",
        "axes: bands_first",
        "patch: 16 frames of 64 values, 0.182 s of sound; a new one every 12 frames (0.120 s)",
    ):
        assert wanted in out, f"{wanted}\n--- in ---\n{out}"


def test_a_record_in_words(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "mine.frontend.yaml"
    path.write_text(
        "preset: yamnet\nlog: db_power\nlog_floor: 1e-10\nlog_reference: 40\nlowest_log: -80\n"
        "mfcc: {coefficients: 13, first: 1}\nmean: 2\nwindow_samples: 512\npatch_frames: 49\n"
    )
    code, out, _ = run(capsys, "frontend", path)
    assert code == 0
    for wanted in (
        "front-end: mine",
        "10 log10((max(x + 0.0001, 1e-10)) / 40), not below -80",
        "coefficients 1 to 13",
        "minus 2, divided by 1",
        "patch: 49 frames of 13 values",
    ):
        assert wanted in out, f"{wanted}\n--- in ---\n{out}"


def test_a_call_becomes_a_file_that_is_not_written_over(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "m.frontend.yaml"
    call = ("frontend", "--from", "librosa", "sr=16000", "n_fft=1024", "hop_length=320")
    code, out, _ = run(capsys, *call, "n_mels=64", "-o", path)
    assert code == 0
    assert "note: top_db=80" in out and f"written: {path}" in out
    assert path.read_text().startswith("# mel2metal frontend --from librosa sr=16000 n_fft=1024")
    assert read_record(path).bands == 64
    code, _, err = run(capsys, *call, "-o", path)
    assert code == 2 and "--force" in err
    assert read_record(path).bands == 64
    assert run(capsys, *call, "-o", path, "--force")[0] == 0
    assert read_record(path).bands == 128


def test_a_call_without_a_file_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "frontend", "--from", "yamnet", "axes=bands_first")
    assert code == 0
    assert "axes: bands_first" in out and "low_hz: 125" in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--from", "libroza"), "did you mean librosa?"),
        (("--from", "librosa", "ref=np.max", "n_ftt=3"), "2 faults"),
        (("a.tflite", "b.tflite"), "2 arguments"),
        (("none.yaml",), "cannot be read"),
    ],
)
def test_faults_are_told_in_words(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    code, out, err = run(capsys, "frontend", *arguments)
    assert code == 2
    assert told in err and "Traceback" not in out + err


def test_a_model_without_a_record_is_refused_everywhere(
    capsys: pytest.CaptureFixture[str], tiny_path: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bare.tflite"
    bare.write_bytes(tiny_path.read_bytes())
    build = ("firmware", "--board", "u585", "--out", tmp_path / "build", "--model")
    for command in (("frontend",), ("inspect",), build):
        code, _, err = run(capsys, *command, bare)
        assert code == 2
        assert "which front-end" in err and "FRONTEND=yamnet" in err
    assert run(capsys, "frontend", bare, "--frontend", "yamnet")[0] == 0
    code, out, _ = run(capsys, "inspect", bare, "--frontend", "yamnet")
    assert code == 0
    assert "front-end: yamnet, by --frontend yamnet" in out


def test_the_option_is_stronger_and_says_so(
    capsys: pytest.CaptureFixture[str], tiny_path: Path, tmp_path: Path
) -> None:
    model = write_model(tmp_path / "m.tflite", tiny_path.read_bytes())
    other = tmp_path / "other.yaml"
    other.write_text("preset: yamnet\nlog_offset: 1e-6\n")
    code, out, _ = run(capsys, "inspect", model, "--frontend", other)
    assert code == 0
    assert f"front-end: other, by --frontend {other}" in out
    assert "m.frontend.yaml is not used; it differs in log_offset" in out


def test_faults_of_record_graph_labels_and_decision_come_together(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    builder = ModelBuilder(16, 40).conv(4).head(3)
    builder.operators[0].kind = "SVDF"
    model = write_model(
        tmp_path / "m.tflite", builder.to_bytes(), ("a", "b"), "preset: yamnet\npatch_frames: 9\n"
    )
    code, _, err = run(capsys, "inspect", model)
    assert code == 2
    for wanted in ("SVDF", "64 mel bands a frame", "2 labels, but the model has 3 classes"):
        assert wanted in err, f"{wanted}\n--- in ---\n{err}"


def test_the_generator_alone_reads_no_sounds(
    capsys: pytest.CaptureFixture[str], tiny_path: Path, tmp_path: Path
) -> None:
    code, _, err = run(capsys, "inspect", tiny_path, "--sounds", tmp_path)
    assert code == 3 and "mel2metal" in err
    code, _, err = run(capsys, "frontend", tiny_path, "--compare", "a.npy", "b.wav")
    assert code == 3 and "mel2metal" in err
    _, out, _ = run(capsys, "inspect", tiny_path)
    assert "not held against sounds" in out


def test_a_square_model_needs_its_axes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    model = tmp_path / "square.tflite"
    model.write_bytes(ModelBuilder(64, 64).conv(2, stride=(2, 2)).head(3).to_bytes())
    code, _, err = run(capsys, "inspect", model, "--frontend", "yamnet")
    assert code == 2
    assert "mel2metal frontend --from yamnet axes=bands_first -o square.frontend.yaml" in err
    (tmp_path / "square.frontend.yaml").write_text("preset: yamnet\naxes: frames_first\n")
    assert run(capsys, "inspect", model)[0] == 0
    assert read_record(tmp_path / "square.frontend.yaml").name == YAMNET.name
