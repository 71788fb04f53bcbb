# SPDX-License-Identifier: Apache-2.0
"""docs/your-own-application.md, walked: the example is written, built, and hears real sounds."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
import soundfile

from generator.cli import main
from generator.model.decision_file import settings_path
from generator.repository import REPO_ROOT
from hil.virtual.machine import Machine
from hil.virtual.stm32.leds_and_buttons import leds_of
from sounds.place import find_directory
from tests.support.models import OWN_MODEL

pytestmark = pytest.mark.slow

PAGE = (REPO_ROOT / "docs" / "your-own-application.md").read_text(encoding="utf-8")
BOARD = "u585"
GAIN = 10 ** (-18 / 20)
"""The board's microphone has a gain of 18 dB: so a clip's full scale is that of the samples."""

DOG, RAIN = "1-32318-A-0", "1-17367-A-10"
CLIP_BEGIN_S = 0.3
EVENTS = "events: {smoothing_s: 1.5, begin: 0.6, end: 0.3, minimum_s: 1.0}\n"
"""Two means of two patches, one after the other, must say so: 2 to 3 s of a sound."""


def run(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    code = main([str(word) for word in words])
    said = capsys.readouterr()
    assert code == 0, said.out + said.err
    return said.out


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shipped model, and events that are slow enough to be sure."""
    folder = tmp_path_factory.mktemp("own")
    for path in OWN_MODEL.parent.glob(f"{OWN_MODEL.stem}.*"):
        shutil.copy(path, folder)
    settings_path(folder / OWN_MODEL.name).write_text(EVENTS)
    return folder


def led_times(elf: Path, clip: str) -> list[tuple[float, bool]]:
    """When the green LED changes, in seconds of the clip."""
    directory = find_directory(None, os.environ, REPO_ROOT)
    if directory is None:
        pytest.skip("no data set: name one in ESC-50's layout by ESC10_DIR, or `make dataset`")
    (path,) = (directory / "audio").glob(f"{clip}.*")
    levels, rate_hz = soundfile.read(path)
    machine = Machine(BOARD)
    machine.load_elf(elf)
    machine.run(CLIP_BEGIN_S)
    machine.hear(levels * GAIN, rate_hz)
    machine.run(3.4)
    changes = leds_of(machine)["green"].changes
    return [(change.seconds - CLIP_BEGIN_S, change.lit) for change in changes]


def test_the_pages_code_is_the_example(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "new-app", place / "shown")
    (shown,) = re.findall(r"```c\n(.*?)```", PAGE, re.S)
    comment, _, code = (place / "shown" / "main.c").read_text().partition("\n")
    assert code == shown
    assert comment == "/* shown: the LED green is lit while M2M_CLASS_DOG is heard. */"


def test_a_dog_lights_the_led_and_rain_does_not(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = place / "my_app"
    run(capsys, "new-app", app)
    build = ("firmware", "--board", BOARD, "--app", app, "--out", place / "build")
    model = ("--model", place / OWN_MODEL.name)
    said = run(capsys, *build, *model)
    elf = place / "build" / f"{BOARD}-my_app" / "out" / "mel2metal.elf"
    assert f"{elf}" in said.replace("\n", "")
    changes = led_times(elf, DOG)
    assert [lit for _, lit in changes] == [True]
    assert 2.0 <= changes[0][0] <= 3.0
    assert led_times(elf, RAIN) == []
    source = app / "main.c"
    edited = source.read_text().replace("M2M_CLASS_DOG", "M2M_CLASS_RAIN")
    source.write_text(edited)
    run(capsys, *build, *model)
    assert source.read_text() == edited
    assert [lit for _, lit in led_times(elf, RAIN)] == [True]
