# SPDX-License-Identifier: Apache-2.0
"""The user's own C in an image: only read, built again after an edit, mistakes told as theirs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.boards.record import BoardSpec
from generator.cli import main
from generator.network import Network
from generator.project.manifest import read_project
from generator.project.new_application import write_application
from tests.support.kept_objects import kept_objects

pytestmark = pytest.mark.slow

BOARD = "l475"


@pytest.fixture(scope="module", autouse=True)
def objects_are_kept() -> Iterator[None]:
    """Those of the user's own C are not."""
    with kept_objects():
        yield


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, boards: dict[str, BoardSpec], tiny: Network
) -> Path:
    """A folder with `my_app`, and `build` for all tests here: the objects stay."""
    folder = tmp_path_factory.mktemp("user")
    write_application(folder / "my_app", boards[BOARD], tiny.labels.names)
    return folder


@pytest.fixture
def app(place: Path) -> Iterator[Path]:
    """The user's folder; afterwards it is as it was, and the build has written nothing there."""
    folder = place / "my_app"
    before = {path: path.read_bytes() for path in folder.iterdir()}
    yield folder
    for path in set(folder.iterdir()) - set(before):
        path.unlink()
    for path, content in before.items():
        path.write_bytes(content)


class Built:
    """What a build ended with."""

    def __init__(self, code: int, said: str, project: Path) -> None:
        self.code, self.said, self.project = code, " ".join(said.split()), project

    @property
    def image(self) -> bytes:
        return (self.project / "out" / "mel2metal.bin").read_bytes()


@pytest.fixture
def build(capsys: pytest.CaptureFixture[str], place: Path, tiny_path: Path, app: Path) -> object:
    def run(*more: str) -> Built:
        before = {path: path.read_bytes() for path in app.iterdir()}
        words = ["firmware", "--board", BOARD, "--model", str(tiny_path), "--app", str(app)]
        code = main([*words, "--out", str(place / "build"), *more])
        said = capsys.readouterr()
        assert {path: path.read_bytes() for path in app.iterdir()} == before
        return Built(code, said.out + said.err, place / "build" / f"{BOARD}-my_app")

    return run


def test_the_example_builds_without_a_remark_and_an_edit_is_built_again(
    build: object, app: Path
) -> None:
    assert callable(build)
    first = build()
    assert first.code == 0, first.said
    assert f"application: my_app, 1 file of {app}" in first.said
    assert "events: begins at 0.898 (mean of 0.12 s), ends below 0.449" in first.said
    assert "warning" not in first.said
    project = read_project(first.project)
    assert (project.info.application, project.info.name) == ("my_app", f"{BOARD}-my_app")
    assert not (first.project / "app" / "README.md").exists()
    image = first.image
    source = app / "main.c"
    source.write_text(source.read_text().replace("M2M_CLASS_BARK", "M2M_CLASS_RAIN"))
    again = build()
    assert again.code == 0, again.said
    assert "M2M_CLASS_RAIN" in (again.project / "app" / "main.c").read_text()
    assert again.image != image
    assert "M2M_CLASS_RAIN" in source.read_text()


def test_warnings_are_told_by_the_users_own_names_and_end_nothing(build: object, app: Path) -> None:
    assert callable(build)
    (app / "extra.c").write_text("int extra(int unused);\nint extra(int unused) { return 1; }\n")
    done = build()
    assert done.code == 0, done.said
    assert f"{app}/extra.c:2:15: warning: unused parameter" in done.said
    assert "warning" not in build().said  # nothing is compiled again


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("int x;\n", "my_app: no file of it defines main"),
        ("int main(void) {\n    return y;\n}\n", "my_app/main.c:2: 'y' undeclared"),
        (
            'int puts(const char *);\nint main(void) {\n    return puts("");\n}\n',
            "my_app/main.c: calls puts, which nothing in the image defines",
        ),
    ],
)
def test_a_mistake_is_a_fault_of_the_users_file(
    build: object, app: Path, text: str, told: str
) -> None:
    assert callable(build)
    (app / "main.c").write_text(text)
    done = build()
    assert done.code == 2, done.said
    assert told in done.said
    assert "report it as a defect" not in done.said


def test_layers_cannot_be_read_without_the_link(build: object) -> None:
    assert callable(build)
    done = build("--taps")
    assert done.code == 2
    assert "my_app speaks no link" in done.said
