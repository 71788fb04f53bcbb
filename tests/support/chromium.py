# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium, driven over its DevTools protocol through a pipe: no port, no package.

`find_chromium` says which one is taken. Messages are JSON, each ended by a zero byte, on the
browser's file descriptors 3 (commands) and 4 (answers and events): `--remote-debugging-pipe`.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from generator.repository import REPO_ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "headless_shell")
INSTALLED = REPO_ROOT / ".tools" / "chromium" / "chromium"
"""Where tools/browser_install.py puts one, as a script that knows its libraries."""

REMEDY = "`make browser` installs one in .tools, or set CHROMIUM=/path/to/chromium"
DEADLINE_S = 60.0

_FIRST_FREE_DESCRIPTOR = 10
_ARGUMENTS = (
    "--headless",
    "--no-sandbox",  # it opens nothing but a file of ours, and containers have no namespaces
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--no-first-run",
    "--no-default-browser-check",
    "--mute-audio",
    "--hide-scrollbars",
    "--font-render-hinting=none",
    "--remote-debugging-pipe",
)


class ChromiumError(Exception):
    """The browser answered with an error, too late, or not at all."""


_START = (
    sys.executable,
    "-ISc",
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); "
    "os.execv(sys.argv[3], sys.argv[3:])",
)
"""A process that becomes the browser once its descriptors are where that expects them."""


def find_chromium() -> str | None:
    """$CHROMIUM, the one in .tools, or one on the PATH; None: there is none."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    if INSTALLED.is_file():
        return str(INSTALLED)
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Tab:
    """One page. `events` has all that the browser told of it, in order."""

    def __init__(self, browser: Chromium, session: str) -> None:
        self._browser, self._session = browser, session
        self.events: list[dict[str, Any]] = []

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command and wait for its answer."""
        return self._browser.command(method, parameters, self._session)

    def show(self, path: Path, width: int, *, dark: bool = False, height: int = 900) -> None:
        """Open a file at a width in CSS pixels, and wait until it is loaded."""
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.command(f"{domain}.enable")
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.command("Emulation.setEmulatedMedia", features=[scheme])
        self.command("Page.navigate", url=path.as_uri())
        self._browser.wait_for(lambda: bool(self.told("Page.loadEventFired")), "the page to load")

    def told(self, method: str) -> list[dict[str, Any]]:
        """The parameters of all events of one kind."""
        return [one["params"] for one in self.events if one["method"] == method]

    def value(self, expression: str) -> Any:
        """What an expression of JavaScript gives; a promise is waited for."""
        answer = self.command(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise ChromiumError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def picture(self, *, whole: bool = True) -> bytes:
        """A PNG of the page."""
        answer = self.command("Page.captureScreenshot", captureBeyondViewport=whole, format="png")
        return base64.b64decode(answer["data"])

    def pdf(self) -> bytes:
        """The page as it prints."""
        answer = self.command("Page.printToPDF", printBackground=False)
        return base64.b64decode(answer["data"])


class Chromium:
    """The process and its pipe; `open_chromium` makes it."""

    def __init__(self, process: subprocess.Popen[bytes], to: int, back: int) -> None:
        self._process, self._to, self._back = process, to, back
        self._number = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self._tabs: dict[str, Tab] = {}
        self._rest = b""

    def new_tab(self) -> Tab:
        """An empty page."""
        target = self.command("Target.createTarget", {"url": "about:blank"})["targetId"]
        attach = {"targetId": target, "flatten": True}
        session = str(self.command("Target.attachToTarget", attach)["sessionId"])
        self._tabs[session] = Tab(self, session)
        return self._tabs[session]

    def command(
        self, method: str, parameters: Mapping[str, Any], session: str = ""
    ) -> dict[str, Any]:
        """Send one command and wait for its answer."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": dict(parameters)}
        if session:
            message["sessionId"] = session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        self.wait_for(lambda: number in self._answers, method)
        answer = self._answers.pop(number)
        if "error" in answer:
            raise ChromiumError(f"{method}: {answer['error']}")
        return dict(answer["result"])

    def wait_for(self, done: Any, what: str) -> None:
        """Take messages until `done()`; raises ChromiumError behind the deadline."""
        deadline_s = time.monotonic() + DEADLINE_S
        while not done():
            ready, _, _ = select.select([self._back], [], [], max(0, deadline_s - time.monotonic()))
            data = os.read(self._back, 1 << 20) if ready else b""
            if not data:
                state = self._process.poll()
                why = "in time" if not ready else f"any more (exit code {state})"
                raise ChromiumError(f"waiting for {what}: the browser does not answer {why}")
            *messages, self._rest = (self._rest + data).split(b"\0")
            for message in messages:
                self._take(json.loads(message))

    def _take(self, message: dict[str, Any]) -> None:
        if "id" in message:
            self._answers[message["id"]] = message
        elif message.get("sessionId") in self._tabs:
            self._tabs[message["sessionId"]].events.append(message)


@contextmanager
def open_chromium(program: str) -> Iterator[Chromium]:
    """Start it with a profile of its own, and end it."""
    from_us, to = _pipe()
    back, from_it = _pipe()
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        arguments = [program, *_ARGUMENTS, f"--user-data-dir={profile}"]
        process = subprocess.Popen(
            [*_START, str(from_us), str(from_it), *arguments],
            pass_fds=(from_us, from_it),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(from_us)
        os.close(from_it)
        try:
            yield Chromium(process, to, back)
        finally:
            os.close(to)  # whereupon it ends
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            os.close(back)


def _pipe() -> tuple[int, int]:
    """A pipe whose descriptors are none of those that the browser's will become."""
    ends = os.pipe()
    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE_DESCRIPTOR) for end in ends]
    for end in ends:
        os.close(end)
    return moved[0], moved[1]
