# SPDX-License-Identifier: Apache-2.0
"""Fetch ESC-50 and keep its ESC-10 clips: `mel2metal dataset`.

The public archive (some 600 MB) is downloaded with a progress bar. An interrupted download goes on
where it stopped, if the server can; what arrived is checked (the table is complete, all 400 clips
of ESC-10 decode), and only then does it take its place in `data/ESC-50`.

ESC-50 is licensed CC BY-NC 3.0, its ESC-10 part CC BY 3.0 (K. J. Piczak, 2015).
"""

from __future__ import annotations

import errno
import io
import shutil
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from generator.errors import Fault, InputError, ToolError
from generator.kept_folder import kept_folder
from generator.locks import hold_lock
from generator.notices import KEPT, notice, notify
from generator.repository import command
from sounds.decode import read_samples
from sounds.download import download
from sounds.esc50 import LONGEST_NAME, table_rows
from sounds.layouts import read_sounds

CLIPS = 400
CLASSES = 10
FOLDS = 5
CLIP_RATE_HZ = 44_100
"""Of the clips as they are published: nothing is resampled to look at them."""
TABLE_ROWS = 2000
LARGEST_MEMBER_BYTES = 4 << 20
"""A clip has 441,044 bytes."""


def download_archive(url: str, folder: Path) -> Path:
    """The archive behind `url`, in `folder`; only the rest of it where a part is there already."""
    # No hash: the server packs a branch's archive each time. What is in it is checked.
    return download(url, folder / "ESC-50.zip", title="ESC-50")


def extract_esc10(archive: Path, folder: Path) -> None:
    """Unpack the table and the ESC-10 clips of an ESC-50 archive to `folder`, in its own layout.

    Raises ArchiveDamagedError, InputError when the table lacks something, and OSError when the
    place to unpack to fails.
    """
    with archive.open("rb") as stream:
        with _damage_of(archive):
            packed = zipfile.ZipFile(stream)
        members = {Path(name).parts[1:]: name for name in packed.namelist() if name[-1:] != "/"}
        table = members.get(("meta", "esc50.csv"))
        if table is None:
            raise InputError([Fault(archive.name, "no meta/esc50.csv in it", _AGAIN)])
        unpacker = _Unpacker(archive, packed)
        unpacker.write(table, folder / "meta" / "esc50.csv")
        for name in esc10_filenames(folder / "meta" / "esc50.csv"):
            member = members.get(("audio", name))
            if member is not None:  # the check that follows reports what is missing
                unpacker.write(member, folder / "audio" / name)
        for name in ("LICENSE", "README.md"):
            if (name,) in members:
                unpacker.write(members[(name,)], folder / name)


_AGAIN = f"run `{command('dataset')}` again"


class ArchiveDamagedError(ToolError):
    """What arrived is no archive, or not the one that was sent: worth no second look."""


@contextmanager
def _damage_of(archive: Path) -> Iterator[None]:
    """Whatever reading an archive raises is damage, but for what the disk itself reports."""
    try:
        yield
    except Exception as error:  # zipfile lets through what its blind reads run into
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise
        raise ArchiveDamagedError(f"{archive} is damaged: {error}", _AGAIN) from error


@dataclass(frozen=True, slots=True)
class _Unpacker:
    """Takes files out of an archive, none larger than one of ESC-50 can be."""

    archive: Path
    packed: zipfile.ZipFile

    def write(self, member: str, to: Path) -> None:
        with _damage_of(self.archive), self.packed.open(member) as source:
            data = source.read(LARGEST_MEMBER_BYTES + 1)
        if len(data) > LARGEST_MEMBER_BYTES:
            what = f"{self.archive} is not ESC-50's: {member} is larger than any file of it"
            raise ArchiveDamagedError(what, _AGAIN)
        to.parent.mkdir(parents=True, exist_ok=True)
        with to.open("wb") as target:
            shutil.copyfileobj(io.BytesIO(data), target)


def esc10_filenames(table: Path) -> list[str]:
    """File names of ESC-10 by the table; InputError with every fault of a table not complete."""
    rows = [row for _, row in table_rows(table)[1]]
    faults = []
    if len(rows) != TABLE_ROWS:
        faults.append(Fault(table.name, f"{len(rows)} rows, not {TABLE_ROWS}", _AGAIN))
    chosen = [row for row in rows if (row.get("esc10") or "").strip().lower() == "true"]
    for key, groups in (("category", CLASSES), ("fold", FOLDS)):
        sizes = Counter(row.get(key) or "" for row in chosen)
        if len(sizes) != groups or set(sizes.values()) != {CLIPS // groups}:
            what = f"ESC-10 is not {groups} times {CLIPS // groups} clips by {key}: {dict(sizes)}"
            faults.append(Fault(table.name, what, _AGAIN))
    if faults:
        raise InputError(faults)
    names = [row.get("filename") or "" for row in chosen]
    unsafe = [name for name in names if not _is_file_name(name)]
    if unsafe:
        raise InputError(
            [Fault(table.name, f"{name!r} is no file name", _AGAIN) for name in unsafe]
        )
    return names


def _is_file_name(name: str) -> bool:
    is_short = len(name.encode("utf-8", "surrogatepass")) <= LONGEST_NAME
    return Path(name).name == name and name.isprintable() and is_short


def check_clips(folder: Path) -> int:
    """Decode every clip in `folder`; their number, or InputError with all that is wrong."""
    sounds = read_sounds(folder).sounds
    faults: list[Fault] = []
    for sound in sounds:
        try:
            read_samples(sound.path, CLIP_RATE_HZ)
        except InputError as error:
            faults += error.faults
    if len(sounds) != CLIPS:
        faults.append(Fault(str(folder), f"{len(sounds)} clips, not {CLIPS}", _AGAIN))
    if faults:
        raise InputError(faults)
    return len(sounds)


def fetch(url: str, target: Path) -> int:
    """Make `target` an ESC-50 folder with the ESC-10 clips; their number.

    Nothing is fetched when they are there and in order. What else is there moves to a dated folder
    beside it. The archive is removed when it was unpacked, or is damaged; it stays when the disk
    failed. Raises InputError, ToolError, OSError.
    """
    if (target / "meta" / "esc50.csv").is_file():
        try:
            return check_clips(target)
        except InputError as error:
            print(f"{target} is not in order, fetching it again:\n{error}", file=sys.stderr)
    work = target.parent / f".{target.name}.download"
    with hold_lock(target.parent, target.name):
        try:
            archive = download_archive(url, work)
        except ToolError:
            with suppress(OSError):
                work.rmdir()  # stays with what arrived: the next run goes on there
            raise
        fresh = work / "fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            extract_esc10(archive, fresh)
            count = check_clips(fresh)
        except (ArchiveDamagedError, InputError):
            shutil.rmtree(work, ignore_errors=True)  # fetched again by the next run
            raise
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():  # not in order, but sounds of the user's own may be among it
            kept = kept_folder(target)
            target.rename(kept)
            notify(notice(KEPT, f"what was in {target}: moved to {kept}"))
        fresh.replace(target)
        shutil.rmtree(work)
    return count
