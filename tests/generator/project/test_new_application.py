# SPDX-License-Identifier: Apache-2.0
"""`mel2metal new-app`: what is written, for which class and LED; no file is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.boards.record import BoardSpec
from generator.cli import main
from generator.errors import InputError
from generator.project.new_application import write_application

LABELS = ("rain", "dog", "cat")


def test_a_dog_lights_the_first_led(u585: BoardSpec, tmp_path: Path) -> None:
    written = write_application(tmp_path / "my_app", u585, LABELS)
    assert [path.name for path in written] == ["main.c", "README.md"]
    source = written[0].read_text()
    assert "if (event->label == M2M_CLASS_DOG) {" in source
    assert "m2m_led_set(M2M_LED_GREEN, event->kind == M2M_EVENT_BEGINS);" in source
    assert len(source.splitlines()) <= 30
    page = written[1].read_text()
    assert f"mel2metal firmware --board u585 --app {tmp_path}/my_app" in page
    assert "build/u585-my_app/" in page


def test_without_a_dog_it_is_the_first_class(u585: BoardSpec, tmp_path: Path) -> None:
    source = write_application(tmp_path / "a", u585, ("glass break", "siren"))[0].read_text()
    assert "event->label == M2M_CLASS_GLASS_BREAK" in source


def test_without_an_led_events_are_printed(u585: BoardSpec, tmp_path: Path) -> None:
    bare = u585.model_copy(update={"leds": {}})
    source, page = (path.read_text() for path in write_application(tmp_path / "a", bare, LABELS))
    assert "m2m_led_set" not in source
    assert "m2m_print_event(event);" in source
    assert "has no LED" in page


@pytest.mark.parametrize("what", ["file", "full", "link"])
def test_nothing_is_overwritten(u585: BoardSpec, tmp_path: Path, what: str) -> None:
    place = tmp_path / "my_app"
    if what == "file":
        place.write_text("mine")
    elif what == "link":
        place.symlink_to(tmp_path / "nowhere")
    else:
        place.mkdir()
        (place / "main.c").write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        write_application(place, u585, LABELS)
    assert not (tmp_path / "nowhere").exists()
    if what == "full":
        assert [path.name for path in place.iterdir()] == ["main.c"]
        assert (place / "main.c").read_text() == "mine"


def test_the_command_says_what_it_wrote(
    capsys: pytest.CaptureFixture[str], tiny_path: Path, tmp_path: Path
) -> None:
    place = str(tmp_path / "my_app")
    assert main(["new-app", place, "--model", str(tiny_path), "--board", "l475"]) == 0
    said = capsys.readouterr().out
    assert f"written: {place}/main.c" in said
    assert f"mel2metal firmware --board l475 --app {place}" in said
    assert "M2M_CLASS_BARK" in (tmp_path / "my_app" / "main.c").read_text()


def test_the_faults_of_board_and_model_come_together(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["new-app", str(tmp_path / "a"), "--board", "u5", "--model", str(tmp_path / "no")]
    assert main(words) == 2
    said = capsys.readouterr().err
    assert "2 faults" in said
    assert not (tmp_path / "a").exists()
