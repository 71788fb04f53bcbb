# SPDX-License-Identifier: Apache-2.0
"""The download: from a server on this machine, interrupted, resumed, checked."""

from __future__ import annotations

import csv
import errno
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from generator.errors import InputError
from hil.clips.clip_set import load_clips
from mel2metal.__main__ import main
from sounds.download import CHUNK_BYTES
from sounds.fetch_esc50 import ArchiveDamagedError, extract_esc10, fetch
from tests.support.file_server import FileServer, serving

CATEGORIES = [f"sound{index}" for index in range(50)]


def make_archive(*, drop: str = "", spoil: str = "", rows: int = 2000) -> bytes:
    """A small ESC-50: the whole table, sounds of 20 ms."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["filename", "fold", "target", "category", "esc10", "src_file", "take"])
    sound = io.BytesIO()
    wave = np.random.default_rng(0).integers(-999, 999, 882).astype(np.int16)
    soundfile.write(sound, wave, 44_100, format="WAV", subtype="PCM_16")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for number in range(rows):
            category, fold = number % 50, number // 50 % 5 + 1
            name = f"{fold}-{number}-A-{category}.wav"
            writer.writerow([name, fold, category, CATEGORIES[category], category < 10, "", "A"])
            if name != drop:
                data = b"spoilt" if name == spoil else sound.getvalue()
                archive.writestr(f"ESC-50-master/audio/{name}", data)
        archive.writestr("ESC-50-master/meta/esc50.csv", table.getvalue())
        archive.writestr("ESC-50-master/README.md", "about")
    return packed.getvalue()


ARCHIVE = make_archive()


PATH = "/esc50.zip"


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving({PATH: ARCHIVE}) as running:
        yield running


def url_of(server: FileServer) -> str:
    return f"{server.url}{PATH}"


def test_download_keeps_the_400_clips_in_their_layout(server: FileServer, tmp_path: Path) -> None:
    target = tmp_path / "data" / "ESC-50"
    assert fetch(url_of(server), target) == 400
    assert len(load_clips(target).clips) == 400
    assert len(list((target / "audio").iterdir())) == 400
    assert (target / "README.md").is_file()
    assert not (target.parent / ".ESC-50.download").exists()


def test_second_call_fetches_nothing(server: FileServer, tmp_path: Path) -> None:
    fetch(url_of(server), tmp_path / "ESC-50")
    before = len(server.requested)
    assert fetch(url_of(server), tmp_path / "ESC-50") == 400
    assert len(server.requested) == before


def test_interrupted_download_goes_on_where_it_stopped(server: FileServer, tmp_path: Path) -> None:
    server.breaks = 2
    assert fetch(url_of(server), tmp_path / "ESC-50") == 400
    assert server.requested[0] is None
    assert all(wanted and wanted.startswith("bytes=") for wanted in server.requested[1:])
    assert server.sent_bytes < len(ARCHIVE) + 2 * CHUNK_BYTES  # a broken chunk is asked for again


def test_next_run_goes_on_where_the_last_one_gave_up(server: FileServer, tmp_path: Path) -> None:
    server.breaks = 5
    arguments = ["dataset", "--url", url_of(server), "--to", str(tmp_path / "ESC-50")]
    assert main(arguments) == 3
    server.requested.clear()
    assert main(arguments) == 0
    assert server.requested[0] not in (None, "bytes=0-")
    assert server.sent_bytes < len(ARCHIVE) + 5 * CHUNK_BYTES


def test_server_without_ranges_starts_anew(
    server: FileServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.breaks, server.ranges = 1, False
    assert fetch(url_of(server), tmp_path / "ESC-50") == 400
    assert "cannot resume" in capsys.readouterr().err


def test_wrong_address_is_told_without_traceback(
    server: FileServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = url_of(server) + "x"
    assert main(["dataset", "--url", url, "--to", str(tmp_path / "ESC-50")]) == 3
    assert "404" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} <= {"locks"}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (make_archive(drop="3-100-A-0.wav"), "3-100-A-0.wav"),
        (make_archive(spoil="1-3-A-3.wav"), "cannot be decoded"),
        (make_archive(rows=1950), "1950 rows, not 2000"),
        (ARCHIVE[:50_000], "damaged"),
        (b"<html>not found</html>", "damaged"),
    ],
    ids=["missing", "spoilt", "short-table", "cut", "no-zip"],
)
def test_what_arrived_wrong_is_refused_and_leaves_nothing(
    server: FileServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    complaint: str,
) -> None:
    server.files[PATH] = content
    assert main(["dataset", "--url", url_of(server), "--to", str(tmp_path / "ESC-50")]) in (2, 3)
    assert complaint in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} <= {"locks"}


@pytest.mark.parametrize("table", [b"\xff\xfe", b"filename,fold,category,esc10\na.wav\n"])
def test_a_set_with_a_corrupt_table_is_fetched_anew(
    server: FileServer, tmp_path: Path, table: bytes
) -> None:
    target = tmp_path / "ESC-50"
    (target / "meta").mkdir(parents=True)
    (target / "meta" / "esc50.csv").write_bytes(table)
    assert fetch(url_of(server), target) == 400


def deflated_and_spoilt() -> bytes:
    """An archive whose table is compressed data with a hole in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ESC-50-master/meta/esc50.csv", bytes(range(256)) * 64)
    content = bytearray(packed.getvalue())
    content[70:110] = b"\xff" * 40
    return bytes(content)


def test_archive_with_spoilt_compressed_data_is_not_kept(
    server: FileServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.files[PATH] = deflated_and_spoilt()
    arguments = ["dataset", "--url", url_of(server), "--to", str(tmp_path / "ESC-50")]
    assert main(arguments) == 3
    assert "is damaged" in capsys.readouterr().err
    server.files[PATH] = ARCHIVE
    assert main(arguments) == 0


def encrypted() -> bytes:
    """An archive whose every file says that it is encrypted."""
    content = bytearray(ARCHIVE)
    for mark, flags_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + flags_at] |= 1
            at = content.find(mark, at + 4)
    return bytes(content)


def swollen() -> bytes:
    """An archive of some kilobytes whose table unpacks to 64 MiB."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ESC-50-master/meta/esc50.csv", bytes(64 << 20))
    return packed.getvalue()


def with_bytes(at_from_end: int, value: bytes) -> bytes:
    """The archive with other bytes in the record of its end, or before."""
    content = bytearray(ARCHIVE)
    at = len(content) - at_from_end
    content[at : at + len(value)] = value
    return bytes(content)


DAMAGED = {
    "encrypted": encrypted(),
    "swollen": swollen(),
    "directory-before-the-file": with_bytes(6, b"\xff\xff\xff\x7f"),
    "directory-of-another-size": with_bytes(10, b"\xff\xff\xff\x7f"),
    "unknown-compression": ARCHIVE.replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x5f\x00"
    ),
    "lzma-of-nothing": ARCHIVE.replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x0e\x00"
    ),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_archive_is_told_and_the_next_run_goes_well(
    server: FileServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    server.files[PATH] = content
    arguments = ["dataset", "--url", url_of(server), "--to", str(tmp_path / "ESC-50")]
    assert main(arguments) == 3
    assert capsys.readouterr().err.count("remedy:") == 1
    server.files[PATH] = ARCHIVE
    assert main(arguments) == 0


def test_every_flipped_byte_of_the_directory_ends_in_one_message(tmp_path: Path) -> None:
    """Or in no damage at all: the clips that come out are checked by what follows."""
    source = io.BytesIO()
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ESC-50-master/meta/esc50.csv", b"filename,fold\n")
    whole, path = source.getvalue(), tmp_path / "a.zip"
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with pytest.raises((ArchiveDamagedError, InputError)):  # the table is none of ESC-50's
            extract_esc10(path, tmp_path / "out")


def test_full_disk_is_told_and_the_download_is_kept(
    server: FileServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    arguments = ["dataset", "--url", url_of(server), "--to", str(tmp_path / "ESC-50")]
    with monkeypatch.context() as patched:
        patched.setattr("sounds.fetch_esc50.shutil.copyfileobj", full)
        assert main(arguments) == 3
    told = capsys.readouterr().err
    assert "No space left on device" in told
    assert "damaged" not in told
    before = len(server.requested)
    assert main(arguments) == 0
    assert len(server.requested) == before


def test_disk_that_fills_during_the_download_is_not_called_the_server(
    server: FileServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sounds.download.ResumingDownloader._attempt", full)
    assert main(["dataset", "--url", url_of(server), "--to", str(tmp_path / "ESC-50")]) == 3
    told = capsys.readouterr().err
    assert "No space left on device" in told
    assert "broke off" not in told


def test_interruption_ends_quietly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("sounds.fetch_esc50.fetch", interrupt)
    assert main(["dataset", "--to", str(tmp_path / "ESC-50")]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_place_that_cannot_be_written_is_told(
    server: FileServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert (
        main(["dataset", "--url", url_of(server), "--to", str(tmp_path / "file" / "ESC-50")]) == 3
    )
    assert str(tmp_path / "file") in capsys.readouterr().err


def test_a_set_out_of_order_is_fetched_anew(server: FileServer, tmp_path: Path) -> None:
    target = tmp_path / "ESC-50"
    fetch(url_of(server), target)
    next((target / "audio").iterdir()).write_bytes(b"spoilt")
    assert fetch(url_of(server), target) == 400
    assert len(load_clips(target).clips) == 400


def test_what_is_not_in_order_is_moved_aside_and_not_deleted(
    server: FileServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody may have put sounds of their own there."""
    target = tmp_path / "esc50"
    target.mkdir()
    (target / "kettle.wav").write_bytes(b"recorded yesterday")
    fetch(url_of(server), target)
    (kept,) = tmp_path.glob("esc50.kept-*")
    assert (kept / "kettle.wav").read_bytes() == b"recorded yesterday"
    assert f"[kept]     what was in {target}: moved to {kept}" in capsys.readouterr().err
    assert not (target / "kettle.wav").exists()
