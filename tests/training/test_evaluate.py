# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import errno
import json
from pathlib import Path

import numpy as np
import pytest

from generator.errors import EXIT_INPUT, EXIT_TOOL, InputError, ToolError
from generator.frontend.presets import YAMNET
from generator.frontend.record import Axes
from generator.model.labels import find_labels
from generator.repository import DEFAULT_MODEL
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model
from tests.support.single_operator import integers
from tests.support.tail_networks import Tail
from tests.support.tflite_writer import TensorRecord
from training.__main__ import main
from training.classifier import Classifier
from training.commands import COMMANDS, parse_folds
from training.dataset import load_dataset, read_samples
from training.engine_names import ENGINES
from training.engines import open_engines
from training.evaluate import decide_clips
from training.features import compile_front_end, extract
from training.input_range import hold_against_input
from training.paths import find_backbone, find_dataset, find_published_backbone


@pytest.fixture
def quiet_environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("ESC10_DIR", raising=False)
    monkeypatch.delenv("MODELS_DIR", raising=False)
    return monkeypatch


@pytest.mark.parametrize("kind", ENGINES)
def test_every_clip_is_decided_from_its_patches(dataset_root: Path, kind: str) -> None:
    data = load_dataset(dataset_root, [1])
    clips = extract(
        data.clips, compile_front_end(Classifier(DEFAULT_MODEL, YAMNET).input_scale, YAMNET), YAMNET
    )
    decisions = decide_clips(open_engines(kind, DEFAULT_MODEL), data.clips)
    assert [one.clip for one in decisions] == ["1-0-A-0", "1-1-A-0", "1-0-A-1", "1-1-A-1"]
    for one, decision in zip(clips, decisions, strict=True):
        assert one.frames.dtype == np.int8
        assert decision.patches == max(1, (len(one.frames) - 96) // 72 + 1)
        assert 0 <= decision.decided < 10


def test_the_front_end_equals_the_formula_within_a_step(dataset_root: Path) -> None:
    classifier = Classifier(DEFAULT_MODEL, YAMNET)
    by = classifier.input_scale
    samples = read_samples(dataset_root / "audio" / "1-0-A-1.wav", 16_000)
    frames = compile_front_end(by, YAMNET).features(samples)
    hz = np.fft.rfftfreq(512, 1 / 16_000)
    low_mel, high_mel = (2595 * np.log10(1 + edge_hz / 700) for edge_hz in (125.0, 7500.0))
    edges = 700 * (10 ** (np.linspace(low_mel, high_mel, 66) / 2595) - 1)
    rising = (hz - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - hz) / np.diff(edges)[1:, None]
    filters = np.maximum(0, np.minimum(rising, falling))
    window = np.zeros(512)
    window[56:456] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    cut = np.lib.stride_tricks.sliding_window_view(samples / 32768, 512)[::160]
    mel = np.abs(np.fft.rfft(cut * window)) @ filters.T
    expected = np.clip(np.rint(np.log(mel + 1e-4) / by.scale) + by.zero_point, -128, 127)
    assert len(frames) == len(expected), "nothing in this clip is silent"
    assert np.abs(frames - expected).max() <= 1


def test_models_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tflite").write_bytes(b"not a model at all")
    with pytest.raises(InputError, match="LiteRT refuses it"):
        Classifier(tmp_path / "a.tflite", YAMNET)
    with pytest.raises(ToolError, match="no model at"):
        Classifier(tmp_path / "b.tflite", YAMNET)
    model = ModelBuilder(16, 64).conv(4)
    taken: list[int | TensorRecord] = [model.current, integers("axes", [1, 2])]
    Tail(model).add("SUM", taken, [(1, 4)], "ReducerOptions", KeepDims=False)
    (tmp_path / "c.tflite").write_bytes(model.dense(3).softmax().to_bytes())
    with pytest.raises(InputError, match="computes its SUM wrongly"):
        Classifier(tmp_path / "c.tflite", YAMNET)


def test_a_square_input_is_read_as_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / "square.tflite"
    path.write_bytes(ModelBuilder(64, 64).conv(4, (3, 2), stride=(2, 1)).head(3).to_bytes())
    patches = np.random.default_rng(3).integers(-128, 128, (4, 64, 64)).astype(np.int8)
    turned_record = YAMNET.model_copy(update={"axes": Axes.BANDS_FIRST})
    told, untold = Classifier(path, turned_record), Classifier(path, YAMNET)
    assert (told.bands_first, untold.bands_first) == (True, False)
    turned = np.ascontiguousarray(patches.transpose(0, 2, 1))
    np.testing.assert_array_equal(told.scores(patches), untold.scores(turned))
    assert not np.array_equal(told.scores(patches), untold.scores(patches))


def test_the_command_evaluates_a_model(
    dataset_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    # Ten classes are asked for, so the tiny data set is given the model's labels.
    labels = find_labels(DEFAULT_MODEL, None, 10).names
    table = dataset_root / "meta" / "esc50.csv"
    text = table.read_text().replace("bell", labels[0]).replace("wind", labels[1])
    rows = [f"9-{n}-{n}.wav,9,{n},{label},True,0,A" for n, label in enumerate(labels[2:])]
    table.write_text(text + "\n".join(rows) + "\n")
    out = tmp_path / "out.json"
    code = main(["evaluate", "--data", str(dataset_root), "--folds", "1,2", "--json", str(out)])
    assert code == 0
    printed = capsys.readouterr().out
    assert "fold 1" in printed
    assert "fold 2" in printed
    result = json.loads(out.read_text())
    assert result["clips"] == 8
    assert result["model_sha256"] == Classifier(DEFAULT_MODEL, YAMNET).sha256
    assert result["correct"] == sum(one["right"] for one in result["decisions"])
    assert result["engine"] == ENGINES["twin"]


def test_a_model_of_other_labels_is_refused(
    dataset_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--data", str(dataset_root), "--folds", "1"]) == EXIT_INPUT
    assert (
        "holds no sound of a class that the model knows; it has bell, wind"
        in capsys.readouterr().err
    )


def test_a_missing_data_set_is_reported(
    quiet_environment: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--data", str(tmp_path / "none")]) == EXIT_INPUT
    assert "none: there is no such folder of sounds" in capsys.readouterr().err
    with pytest.raises(ToolError, match="ESC10_DIR"):
        find_dataset(None, {}, repository=tmp_path)


def test_folds_are_a_list_of_numbers() -> None:
    assert parse_folds("4,1,1") == (4, 1)
    with pytest.raises(InputError, match="no list like"):
        parse_folds("1,two")


def test_cross_validation_does_not_start_from_a_model_that_knows_the_clips(
    dataset_root: Path, quiet_environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cv", "--data", str(dataset_root), "--folds", "1,2,3"]) == EXIT_TOOL
    assert "MODELS_DIR" in capsys.readouterr().err


def test_where_the_backbone_comes_from(tmp_path: Path) -> None:
    assert find_published_backbone({}) is None
    assert find_backbone({}) == DEFAULT_MODEL.with_suffix(".keras")
    with pytest.raises(ToolError, match="MODELS_DIR holds no"):
        find_backbone({"MODELS_DIR": str(tmp_path)})
    path = tmp_path / "st_yamnet_256" / "yamnet_256_f32.h5"
    path.parent.mkdir()
    path.touch()
    assert find_backbone({"MODELS_DIR": str(tmp_path)}) == path


def test_where_the_data_set_comes_from(tmp_path: Path) -> None:
    assert find_dataset(None, {"ESC10_DIR": str(tmp_path)}) == tmp_path
    assert find_dataset(str(tmp_path), {"ESC10_DIR": "elsewhere"}, "nowhere") == tmp_path
    (tmp_path / "mine").mkdir()
    found = find_dataset(None, {"ESC10_DIR": "elsewhere"}, "mine", tmp_path / "mine.yaml")
    assert found == tmp_path / "mine"


def test_a_file_that_cannot_be_written_is_reported_without_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "out.json"))

    monkeypatch.setitem(COMMANDS, "evaluate", full)
    assert main(["evaluate"]) == 3
    assert f"{tmp_path / 'out.json'}: No space left on device" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ENGINES)
def test_features_that_are_not_the_model_s_are_told(
    dataset_root: Path, tmp_path: Path, kind: str
) -> None:
    data = load_dataset(dataset_root, [1])
    told = []
    for name, scale, zero_point in (("ln", 0.0547, 40), ("db", 80 / 255, 127)):
        builder = ModelBuilder(16, 64, input_scale=scale, input_zero_point=zero_point)
        model = write_model(tmp_path / f"{name}.tflite", builder.conv(2).head(3).to_bytes())
        engine = open_engines(kind, model)[0]
        told.append(hold_against_input(model, engine, data.clips))
    assert [judged.frames > 100 for judged in told] == [True, True]
    assert told[0].warnings == ()
    (warning,) = told[1].warnings
    assert "log: db_power" in warning
