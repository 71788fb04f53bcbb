# SPDX-License-Identifier: Apache-2.0
"""docs/frontends.md: its keys are the record's, and its commands run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from generator.cli import main
from generator.frontend.checks import record_faults
from generator.frontend.importers.sources import SOURCES, import_record
from generator.frontend.mel_tables import make_mel_tables
from generator.frontend.record import FrontendRecord, Mfcc, Pcan, SilenceGate
from generator.frontend.record_file import read_record
from generator.frontend.record_text import record_of
from generator.repository import REPO_ROOT
from tests.frontend.cost_table import FOLDER, SHAPES, input_of
from tests.frontend.importers.test_importers import ST_RESNET

PAGE = (REPO_ROOT / "docs" / "frontends.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^mel2metal (frontend --from .*)$", PAGE, re.M)
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)


def keys_of_table(heading: str) -> list[str]:
    """The keys in the first column of the table with that heading."""
    table = PAGE.split(f"| {heading} | meaning | default |\n")[1].split("\n\n")[0]
    rows = [line.split("|")[1] for line in table.splitlines()[1:]]
    return [key for row in rows for key in re.findall(r"`(\w+)`", row)]


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("key", FrontendRecord),
        ("key of `mfcc`", Mfcc),
        ("key of `pcan`", Pcan),
        ("key of `silence_gate`", SilenceGate),
    ],
)
def test_the_page_has_every_key(heading: str, model: type[FrontendRecord]) -> None:
    assert keys_of_table(heading) == list(model.model_fields)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_page_run(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("user_config.yaml").write_text(ST_RESNET)
    assert main(shlex.split(command)) == 0, capsys.readouterr().err


def test_every_source_has_an_example_and_a_row() -> None:
    assert {command.split()[2] for command in COMMANDS} == set(SOURCES)
    assert all(f"| `{source}` |" in PAGE for source in SOURCES)


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_records_of_the_page_are_records(text: str) -> None:
    record_of(text, Path("page.yaml"))


@pytest.mark.parametrize("name", SHAPES)
def test_the_public_records_are_records(name: str) -> None:
    record = read_record(FOLDER / f"{name}.frontend.yaml")
    assert record.name == name
    assert record.patch_frames in (None, SHAPES[name].frames)
    assert f"(frontends/{name}.frontend.yaml)" in PAGE
    assert record_faults(record) == []
    scale, zero_point = input_of(SHAPES[name])
    make_mel_tables(record, scale, zero_point)  # raises with what the model's range does not allow


def test_the_public_records_are_those_of_their_importers(tmp_path: Path) -> None:
    configuration = tmp_path / "user_config.yaml"
    configuration.write_text(ST_RESNET)
    mfcc = (
        *("sample_rate=16000", "frame_length=480", "frame_step=320", "num_mel_bins=40"),
        *("lower_edge_hertz=20", "upper_edge_hertz=4000", "n_mfcc=10", "patch_frames=49"),
    )
    made = {
        "yamnet": import_record("yamnet", ()),
        "miniresnet": import_record("st-model-zoo", (str(configuration), "log_reference=190")),
        "micro_speech": import_record("micro_speech", ()),
        "mfcc_10x49": import_record("tf.signal", mfcc),
    }
    assert set(made) == set(SHAPES)
    for name, one in made.items():
        record = read_record(FOLDER / f"{name}.frontend.yaml")
        assert record == one.record.model_copy(update={"name": name}), name
