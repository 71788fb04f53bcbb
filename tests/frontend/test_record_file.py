# SPDX-License-Identifier: Apache-2.0
"""Which front-end a model has: option, file, metadata, hash, in this order; else a refusal."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from generator.errors import Fault, InputError
from generator.frontend.known_models import KNOWN_MODELS, SHIPPED
from generator.frontend.presets import YAMNET
from generator.frontend.record_file import (
    METADATA_NAME,
    FoundFrontend,
    find_frontend,
    frontend_path,
    read_record,
    write_record,
)
from generator.model.tflite_reader import read_tflite
from generator.repository import DEFAULT_MODEL
from tests.support.model_builder import ModelBuilder
from tests.support.models import WELL_KNOWN

OTHER = "preset: yamnet\nlog: db_power\nlow_hz: 20\n"


def write_model(folder: Path, metadata: bytes | None = None) -> Path:
    model = ModelBuilder(16, 64).conv(2).head(3)
    if metadata is not None:
        model.metadata = {METADATA_NAME: metadata}
    path = folder / "m.tflite"
    path.write_bytes(model.to_bytes())
    return path


def find(model: Path, named: str | None = None) -> FoundFrontend:
    return find_frontend(model, named, read_tflite(model))


def test_the_file_beside_the_model_says_it(tmp_path: Path) -> None:
    model = write_model(tmp_path, b"preset: yamnet")
    frontend_path(model).write_text(OTHER)
    found = find(model)
    assert (found.record.log.value, found.record.name) == ("db_power", "m")
    assert found.source == "m.frontend.yaml"
    assert found.where("low_hz") == "m.frontend.yaml:3: low_hz"


def test_metadata_say_it_where_there_is_no_file(tmp_path: Path) -> None:
    found = find(write_model(tmp_path, b"preset: yamnet\0\0"))
    assert found.record == YAMNET
    assert "metadata" in found.source
    with pytest.raises(InputError, match=METADATA_NAME):
        find(write_model(tmp_path, b"bands: many"))
    with pytest.raises(InputError, match="not UTF-8"):
        find(write_model(tmp_path, b"\xff"))


def test_the_option_is_stronger_than_the_file_and_the_difference_is_told(tmp_path: Path) -> None:
    model = write_model(tmp_path)
    frontend_path(model).write_text(OTHER)
    found = find(model, "yamnet")
    assert found.record == YAMNET
    assert "--frontend" in found.source
    assert "m.frontend.yaml is not used" in found.note
    assert "low_hz, log" in found.note
    frontend_path(model).write_text("preset: yamnet\n")
    assert find(model, "yamnet").note == ""
    frontend_path(model).write_text("preset: nothing\n")
    assert "has faults" in find(model, "yamnet").note


def test_the_option_may_name_a_file(tmp_path: Path) -> None:
    model = write_model(tmp_path)
    (tmp_path / "kitchen.frontend.yaml").write_text(OTHER)
    found = find(model, str(tmp_path / "kitchen.frontend.yaml"))
    assert found.record.name == "kitchen"
    with pytest.raises(InputError, match="did you mean yamnet"):
        find(model, "yamnett")
    with pytest.raises(InputError, match="cannot be read"):
        find(model, str(tmp_path))


def test_a_model_without_a_record_is_refused_with_what_helps(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        find(write_model(tmp_path))
    (fault,) = caught.value.faults
    assert "which front-end" in fault.what
    for wanted in ("m.frontend.yaml", "mel2metal frontend --from librosa", "FRONTEND=yamnet"):
        assert wanted in fault.remedy
    assert "1 x 16 x 64 x 1" in fault.remedy and "natural logarithms" in fault.remedy


def test_models_whose_front_end_is_known_need_none(tmp_path: Path) -> None:
    assert hashlib.sha256(DEFAULT_MODEL.read_bytes()).hexdigest() == SHIPPED
    assert set(KNOWN_MODELS.values()) == {YAMNET}
    copy = tmp_path / "copy.tflite"
    copy.write_bytes(DEFAULT_MODEL.read_bytes())
    assert find(copy).record == YAMNET
    folder = os.environ.get("MODELS_DIR")
    if folder and (Path(folder) / WELL_KNOWN).is_file():
        assert find(Path(folder) / WELL_KNOWN).record == YAMNET


def test_the_shipped_model_names_its_front_end() -> None:
    assert read_record(frontend_path(DEFAULT_MODEL)) == YAMNET


def test_a_record_is_never_written_over_unasked(tmp_path: Path) -> None:
    path = tmp_path / "m.frontend.yaml"
    write_record(path, YAMNET, "for m")
    assert read_record(path) == YAMNET
    with pytest.raises(InputError, match="is there already"):
        write_record(path, YAMNET)
    write_record(path, YAMNET, replace=True)


def test_a_dangling_link_is_no_missing_record(tmp_path: Path) -> None:
    model = write_model(tmp_path)
    frontend_path(model).symlink_to(tmp_path / "gone.yaml")
    with pytest.raises(InputError, match="cannot be read"):
        find(model)


def test_faults_of_keys_stand_at_their_lines(tmp_path: Path) -> None:
    model = write_model(tmp_path)
    frontend_path(model).write_text("preset: yamnet\npcan:\n  gain_bits: 50\n")
    faults = [
        Fault("pcan.gain_bits", "50"),
        Fault("model input", "scale 0"),
        Fault("hop_samples", "0"),
    ]
    places = [fault.where for fault in find(model).placed(faults)]
    assert places == [
        "m.frontend.yaml:3: pcan.gain_bits",
        "model input",
        "m.frontend.yaml:1: hop_samples",
    ]
