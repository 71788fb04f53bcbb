# SPDX-License-Identifier: Apache-2.0
"""Downloads that go on where an earlier attempt stopped, with progress, checked by SHA-256."""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path

import pooch
import requests
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from generator.errors import ToolError

CHUNK_BYTES = 1 << 18
TIMEOUT_S = 60
ATTEMPTS = 5


class BrokenOffError(Exception):
    """An answer of the server that ended early: worth another attempt, unlike a full disk."""


class ResumingDownloader:
    """A downloader for pooch that goes on behind what an earlier attempt left in `part`.

    A server without range requests sends the whole file again; that is reported, not hidden.
    `title`: the text beside the progress bar.
    """

    def __init__(self, part: Path, title: str) -> None:
        self._part = part
        self._title = title

    def __call__(self, url: str, output_file: str | Path, pooch_: object) -> None:
        """Bring `url` to `output_file`; ToolError after `ATTEMPTS` interruptions."""
        reason = ""
        for _ in range(ATTEMPTS):
            try:
                self._attempt(url)
            except requests.exceptions.HTTPError as error:
                raise ToolError(f"{url}: {error}", "is the address right?") from error
            except (
                requests.exceptions.RequestException,
                ConnectionError,
                TimeoutError,
                BrokenOffError,
            ) as error:
                reason = str(error)
                continue
            shutil.move(self._part, output_file)
            return
        kept = f"; {self._part} keeps what arrived" if self._part.exists() else ""
        raise ToolError(
            f"the download of {url} broke off {ATTEMPTS} times: {reason}",
            f"look whether the network reaches that address, then run it again{kept}",
        )

    def _attempt(self, url: str) -> None:
        have = self._part.stat().st_size if self._part.exists() else 0
        headers = {"Range": f"bytes={have}-"} if have else {}
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT_S) as response:
            if response.status_code == requests.codes.requested_range_not_satisfiable:
                # All of it is there already, or the file shrank: only a fresh copy tells.
                self._part.unlink()
                raise BrokenOffError("the part does not fit the file on the server; restarting")
            response.raise_for_status()
            resumed = response.status_code == requests.codes.partial_content
            if have and not resumed:
                print("the server cannot resume: restarting", file=sys.stderr)
            length = response.headers.get("Content-Length")
            done = have if resumed else 0
            total = done + int(length) if length is not None else None
            with self._part.open("ab" if resumed else "wb") as stream, _progress() as progress:
                task = progress.add_task(self._title, total=total, completed=done)
                for chunk in response.iter_content(CHUNK_BYTES):
                    stream.write(chunk)
                    done += len(chunk)
                    progress.update(task, advance=len(chunk))
            if total is not None and done != total:
                raise BrokenOffError(f"{done} of {total} bytes arrived")


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )


def download(url: str, to: Path, *, title: str, sha256: str | None = None) -> Path:
    """Bring `url` to the file `to`, or only the rest of it where `<to>.part` has its beginning.

    With `sha256` (hex digits), nothing is fetched where `to` has it already, and only a file that
    has it takes the place `to`. A part that an earlier run left may be of another file: what it
    grew into is fetched again, once, where the hash differs. Raises ToolError after `ATTEMPTS`
    interruptions, for an answer other than success, and for a file of another hash, which is not
    kept.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    pooch.get_logger().setLevel("WARNING")
    part = to.with_name(f"{to.name}.part")
    had_a_part = part.exists()
    try:
        return _retrieve(url, to, part, title, sha256)
    except _WrongHashError as wrong:
        if not had_a_part:
            raise _not_the_pinned(url, sha256) from wrong
        print(f"{part.name} was the beginning of another file: restarting", file=sys.stderr)
    try:
        return _retrieve(url, to, part, title, sha256)
    except _WrongHashError as wrong:
        raise _not_the_pinned(url, sha256) from wrong


class _WrongHashError(Exception):
    """What arrived is not the file that was asked for."""


def _retrieve(url: str, to: Path, part: Path, title: str, sha256: str | None) -> Path:
    try:
        fetched = pooch.retrieve(
            url=url,
            known_hash=None if sha256 is None else f"sha256:{sha256}",
            fname=to.name,
            path=to.parent,
            downloader=ResumingDownloader(part, title),
        )
    except ValueError as error:  # pooch has removed it
        raise _WrongHashError(str(error)) from error
    return Path(fetched)


def _not_the_pinned(url: str, sha256: str | None) -> ToolError:
    return ToolError(
        f"{url} is not the file that was published: its SHA-256 is not {sha256}; it was not kept",
        "a proxy or a login page may have answered: look at the address in a browser",
    )


def has_sha256(path: Path, sha256: str) -> bool:
    """Whether the file is there and has this hash (hex digits)."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == sha256
