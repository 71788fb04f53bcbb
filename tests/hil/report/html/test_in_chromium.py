# SPDX-License-Identifier: Apache-2.0
"""The page in a browser, narrow and wide, light and dark, against report.json."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hil.report.html.write import RunFiles, write_page
from tests.hil.report.html.runs import files_of, full_records
from tests.support.chromium import REMEDY, Chromium, Tab, find_chromium, open_chromium

pytestmark = pytest.mark.slow

WIDTHS = (390, 1400)
SCALES = {1, 100, 1e-6, 1 / 1024}
"""What a figure may be multiplied with to be shown: to percent, MHz, KiB."""

FIGURES = """
[...document.querySelectorAll("data[data-key]")].map(one => ({
  key: one.dataset.key, value: one.getAttribute("value"), text: one.textContent,
  scale: parseFloat(one.dataset.scale || "1"), visible: one.checkVisibility(),
}))
"""
LETTERS = """
(() => { document.body.innerHTML = "<span>letters</span>";
         return document.querySelector("span").offsetWidth > 5; })()
"""
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
DURATIONS = """
Promise.all([...document.querySelectorAll("audio")].map(one => one.readyState > 0 ? one.duration :
  new Promise(tell => { one.onloadedmetadata = () => tell(one.duration);
                        one.onerror = () => tell(-1); one.load(); })))
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    program = find_chromium()
    if program is None:
        pytest.skip(f"no chromium: {REMEDY}")
    with open_chromium(program) as opened:
        if not opened.new_tab().value(LETTERS):
            pytest.skip(
                f"{program} has no font: install one (Debian: fonts-dejavu-core), or {REMEDY}"
            )
        yield opened


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFiles:
    return files_of(full_records(tmp_path_factory.mktemp("sounds")))


@pytest.fixture(scope="module")
def page(run: RunFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("run"), run)


@pytest.fixture(params=[(width, dark) for width in WIDTHS for dark in (False, True)], ids=str)
def tab(request: pytest.FixtureRequest, browser: Chromium, page: Path) -> Tab:
    width, dark = request.param
    opened = browser.new_tab()
    opened.show(page, width, dark=dark)
    return opened


def leaf(content: Any, key: str) -> Any:
    """What a file has under a dotted key: read here on its own."""
    for part in key.split("."):
        content = content[int(part)] if isinstance(content, list) else content[part]
    return content


def test_every_figure_that_is_shown_is_the_files(
    browser: Chromium, page: Path, run: RunFiles
) -> None:
    tab = browser.new_tab()
    tab.show(page, 1400)
    report = json.loads(json.dumps(run.report.as_json()))
    details = json.loads(json.dumps(run.details.as_json()))
    figures = tab.value(FIGURES)
    assert len(figures) > 150
    for one in figures:
        in_details = one["key"].startswith("details.")
        value = leaf(details if in_details else report, one["key"].removeprefix("details."))
        told = f"{one['key']}: {one['text']!r} for {value!r}"
        if isinstance(value, bool):
            assert one["text"] in ({True: "yes", False: "no"}[value], str(value)), told
        elif isinstance(value, int | float):
            assert one["scale"] in SCALES, told
            number = float(one["text"].replace(",", ""))
            digits = len(one["text"].partition(".")[2])
            half_a_step = 0.5001 * 10.0**-digits + 1e-12 * abs(value)
            assert abs(number - value * one["scale"]) <= half_a_step, told
            assert float(one["value"]) == value, told
        elif value is None:
            assert one["value"] == "" and not re.search(r"\d", one["text"]), told
        elif isinstance(value, list):
            assert one["text"] == (", ".join(map(str, value)) or "none"), told
        else:
            assert one["text"] == (str(value) if value != "" else "none"), told
    seen = {one["key"] for one in figures if one["visible"]}
    assert {
        *("accuracy", "accuracy_low", "accuracy_high", "clips", "patches", "divergences"),
        *("latency.network_cycles", "latency.network_ms_at_160mhz", "latency.answer_delay_ms"),
        *("footprint.image.ram_bytes", "footprint.image.flash_bytes", "tests.failed"),
        *("clock.core_clock_hz", "model_sha256", "firmware_sha256", "tool.version", "retries"),
    } <= seen


def test_a_page_is_whole_in_every_size_and_scheme(tab: Tab, page: Path) -> None:
    """No error, no request beyond the file, nothing wider than the window, letters are drawn."""
    assert tab.told("Runtime.exceptionThrown") == []
    assert [one["entry"]["text"] for one in tab.told("Log.entryAdded")] == []
    assert [
        " ".join(str(part.get("value")) for part in one["args"])
        for one in tab.told("Runtime.consoleAPICalled")
    ] == []
    asked = {one["request"]["url"] for one in tab.told("Network.requestWillBeSent")}
    assert {one for one in asked if not one.startswith("data:")} == {page.as_uri()}
    inner, scrolled = tab.value("[innerWidth, document.documentElement.scrollWidth]")
    assert scrolled <= inner
    assert tab.value("document.querySelector('h1 .verdict').offsetWidth") > 30, "no font"


def test_dark_and_light_are_not_the_same(browser: Chromium, page: Path) -> None:
    shown = []
    for dark in (False, True):
        tab = browser.new_tab()
        tab.show(page, 1400, dark=dark)
        shown.append((tab.value(BACKGROUND), tab.picture(whole=False)))
    (light, light_picture), (dark_, dark_picture) = shown
    assert light != dark_
    assert light_picture != dark_picture
    brightness = [sum(map(int, re.findall(r"\d+", one)[:3])) for one in (light, dark_)]
    assert brightness[0] > 600 and brightness[1] < 150


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(
    browser: Chromium, page: Path, *, dark: bool
) -> None:
    """WCAG 2.2, 1.4.3: a contrast of 4.5 at least."""
    tab = browser.new_tab()
    tab.show(page, 1400, dark=dark)
    pairs = tab.value(
        """
        (() => {
          const behind = one => { for (; one; one = one.parentElement) {
            const colour = getComputedStyle(one).backgroundColor;
            if (!/, 0\\)$/.test(colour) && colour !== "transparent") return colour; } return ""; };
          return [...document.querySelectorAll("body *")].filter(one => one.checkVisibility() &&
            !(one instanceof SVGElement) && [...one.childNodes].some(
              node => node.nodeType === 3 && node.textContent.trim()))
            .map(one => [`${one.tagName} ${one.className}`, getComputedStyle(one).color,
                         behind(one)]);
        })()
        """
    )
    assert len(pairs) > 100
    low = {(name, colour, back) for name, colour, back in pairs if contrast(colour, back) < 4.5}
    assert not low


def contrast(one: str, other: str) -> float:
    """Of two colours as `rgb(1, 2, 3)`."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_drawings_and_tables_say_what_they_are(browser: Chromium, page: Path) -> None:
    tab = browser.new_tab()
    tab.show(page, 1400)
    named = "one => one.getAttribute('aria-label') || one.getAttribute('aria-hidden')"
    assert tab.value(f"[...document.querySelectorAll('svg')].every({named})")
    assert tab.value("[...document.querySelectorAll('th')].every(one => one.scope)")
    assert tab.value("[...document.querySelectorAll('audio')].every(one => one.ariaLabel)")
    levels = tab.value("[...document.querySelectorAll('h1,h2,h3')].map(one => +one.tagName[1])")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert tab.value("document.documentElement.lang") == "en"


def test_sounds_can_be_played(browser: Chromium, page: Path) -> None:
    tab = browser.new_tab()
    tab.show(page, 390)
    assert tab.value(DURATIONS) == pytest.approx([5.0, 5.0])


def test_the_page_prints(browser: Chromium, page: Path) -> None:
    tab = browser.new_tab()
    tab.show(page, 1400, dark=True)
    pdf = tab.pdf()
    assert pdf.startswith(b"%PDF-") and len(pdf) > 20_000
    tab.command("Emulation.setEmulatedMedia", media="print")
    assert tab.value(BACKGROUND) == "rgb(255, 255, 255)"
    assert tab.value("getComputedStyle(document.querySelector('audio')).display") == "none"


def test_the_policy_keeps_a_request_from_leaving(browser: Chromium, page: Path) -> None:
    """The test above could not fail otherwise: here a page of ours asks, and is refused."""
    asking = page.with_name("asking.html")
    image = '<img src="http://127.0.0.1:9/a.png" alt="">'
    asking.write_text(page.read_text().replace("<main>", f"<main>{image}"))
    tab = browser.new_tab()
    tab.show(asking, 1400)
    logged = " ".join(one["entry"]["text"] for one in tab.told("Log.entryAdded"))
    assert "Content Security Policy" in logged
