# SPDX-License-Identifier: Apache-2.0
"""A server on this machine with a few files, which can break off in the middle of an answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer(ThreadingHTTPServer):
    """Serves `files` by their path; may break off early and may or may not know ranges."""

    ranges = True
    breaks: int = 0
    """So many answers end in the middle."""

    def __init__(self, files: dict[str, bytes]) -> None:
        """Listen on any free port of this machine."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = files
        self.requested: list[str | None] = []
        """The range that each request asked for."""
        self.sent_bytes = 0

    @property
    def url(self) -> str:
        """What the paths of `files` follow."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.requested.append(wanted)
        content, begin = self.server.files.get(self.path), 0
        if content is None:
            self.send_error(404)
            return
        if wanted and self.server.ranges:
            begin = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if begin >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(content) - begin))
        self.end_headers()
        end = len(content)
        if self.server.breaks:
            self.server.breaks -= 1
            end = begin + (end - begin) // 2
        self.wfile.write(content[begin:end])
        self.server.sent_bytes += end - begin
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[FileServer]:
    """A running server, stopped at the end."""
    with FileServer(files) as running:
        thread = threading.Thread(target=partial(running.serve_forever, poll_interval=0.01))
        thread.start()
        try:
            yield running
        finally:
            running.shutdown()
            thread.join()
