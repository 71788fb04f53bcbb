# SPDX-License-Identifier: Apache-2.0
"""`make models`: the published backbone from a server on this machine, interrupted, resumed,
checked; and what `make cv` says without it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from generator.errors import EXIT_TOOL, ToolError
from generator.repository import REPO_ROOT
from mel2metal.__main__ import main
from sounds.download import CHUNK_BYTES, download, has_sha256
from tests.support.file_server import FileServer, serving
from training import published_models
from training.paths import find_backbone, find_published_backbone
from training.published_models import BACKBONE_FILE, FILES, PublishedFile

CONTENT = np.random.default_rng(1).bytes(600_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
STANDS_IN = PublishedFile("yamnet/a.h5", BACKBONE_FILE.path, SHA256, "a file of that size")
SERVED = f"/{STANDS_IN.source}"


@pytest.fixture(autouse=True)
def nothing_fetched() -> None:
    """Here it is asked what is found when something was fetched."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    monkeypatch.setattr(published_models, "FILES", (STANDS_IN,))
    with serving({SERVED: CONTENT}) as running:
        yield running


def fetch(server: FileServer, place: Path) -> int:
    return main(["models", "--to", str(place), "--source", f"{server.url}/"])


def test_the_backbone_is_fetched_once_and_found_from_there(
    server: FileServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / published_models.DEFAULT_PLACE
    assert find_published_backbone({}, repository=tmp_path) is None
    assert fetch(server, place) == 0
    path = place / BACKBONE_FILE.path
    assert path.read_bytes() == CONTENT
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert find_backbone({}, repository=tmp_path) == path
    requests = len(server.requested)
    assert fetch(server, place) == 0
    assert len(server.requested) == requests
    assert "there already" in capsys.readouterr().out


def test_a_connection_that_is_cut_goes_on_where_it_was(server: FileServer, tmp_path: Path) -> None:
    server.breaks = 3
    assert fetch(server, tmp_path) == 0
    assert has_sha256(tmp_path / BACKBONE_FILE.path, SHA256)
    assert server.requested[0] is None
    assert all(wanted and wanted.startswith("bytes=") for wanted in server.requested[1:])
    assert server.sent_bytes < len(CONTENT) + 3 * CHUNK_BYTES


def test_the_next_run_goes_on_with_what_arrived(
    server: FileServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.breaks = 5
    assert fetch(server, tmp_path) == EXIT_TOOL
    told = capsys.readouterr().err
    assert "broke off 5 times" in told and "run it again" in told
    assert not (tmp_path / BACKBONE_FILE.path).exists()
    server.requested.clear()
    assert fetch(server, tmp_path) == 0
    assert server.requested[0] not in (None, "bytes=0-")
    assert has_sha256(tmp_path / BACKBONE_FILE.path, SHA256)


def test_a_file_of_another_hash_is_refused_and_not_kept(
    server: FileServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.files[SERVED] = b"<html>please log in</html>"
    assert fetch(server, tmp_path) == EXIT_TOOL
    told = capsys.readouterr().err
    assert f"its SHA-256 is not {SHA256}" in told and "not kept" in told
    assert not list(tmp_path.rglob("*.h5*"))


def test_a_wrong_file_is_replaced_only_by_the_right_one(server: FileServer, tmp_path: Path) -> None:
    path = tmp_path / BACKBONE_FILE.path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"cut")
    server.files[SERVED] = CONTENT[:-1] + b"x"
    assert fetch(server, tmp_path) == EXIT_TOOL
    assert path.read_bytes() == b"cut"
    server.files[SERVED] = CONTENT
    assert fetch(server, tmp_path) == 0
    assert path.read_bytes() == CONTENT


def test_the_beginning_of_another_file_is_not_continued(
    server: FileServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part = tmp_path / BACKBONE_FILE.path.with_name(f"{BACKBONE_FILE.path.name}.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(1000))
    assert fetch(server, tmp_path) == 0
    assert has_sha256(tmp_path / BACKBONE_FILE.path, SHA256)
    assert "beginning of another file" in capsys.readouterr().err


def test_an_address_that_is_not_there_is_told(tmp_path: Path) -> None:
    with serving({}) as server, pytest.raises(ToolError, match="404"):
        download(f"{server.url}/a", tmp_path / "a", title="a", sha256=SHA256)
    assert not (tmp_path / "a").exists()


def test_the_pinned_hashes_are_those_of_the_published_files() -> None:
    folder = os.environ.get("MODELS_DIR")
    if not folder or not (Path(folder) / BACKBONE_FILE.path).is_file():
        pytest.skip("MODELS_DIR holds no published backbone")
    for one in FILES:
        assert has_sha256(Path(folder) / one.path, one.sha256), one.path


PROGRAM = """
import sys
import training.paths
from pathlib import Path
training.paths.DEFAULT_PLACE = Path("nothing fetched")
from training.__main__ import main
code = main(sys.argv[1:])
print("slow:", [name for name in ("keras", "tensorflow") if name in sys.modules])
sys.exit(code)
"""


@pytest.mark.parametrize("more", [[], ["--check"]])
def test_cv_without_the_backbone_says_how_to_get_it_before_anything_slow(
    dataset_root: Path, tmp_path: Path, more: list[str]
) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "MODELS_DIR"}
    options = ["--data", str(dataset_root), "--folds", "1,2", "--run", str(tmp_path / "run")]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "cv", *options, *more],
        cwd=REPO_ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == EXIT_TOOL
    assert "`make models`" in done.stderr and "MODELS_DIR" in done.stderr
    assert "slow: []" in done.stdout
    assert not (tmp_path / "run").exists()
