# SPDX-License-Identifier: Apache-2.0
"""Two runs beside each other: facts that differ, figures, clips decided differently, warnings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hil.report.details import Details
from hil.report.model import Report
from hil.report.records import ClipRecord

_HASH_DIGITS = 16

NOW_RIGHT, NOW_WRONG = "now right", "now wrong"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is not the same in both."""

    name: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of both runs; None where it was not measured."""

    name: str
    a: float | None
    b: float | None
    digits: int = 0
    unit: str = ""

    @property
    def difference(self) -> float | None:
        """B less A; None where one is missing."""
        return None if self.a is None or self.b is None else self.b - self.a

    @property
    def percent(self) -> float | None:
        """The difference as a share of A; None where that says nothing."""
        difference = self.difference
        return None if difference is None or not self.a else 100 * difference / self.a


@dataclass(frozen=True, slots=True)
class ChangedClip:
    """A clip of both runs that was decided differently; classes by their labels."""

    clip: str
    truth: str
    a: str
    b: str
    change: str
    """`now right`, `now wrong`, or empty where both are wrong or the truth is unknown."""


def facts(a: Report, b: Report) -> list[Fact]:
    """What differs in board, model, firmware and tools."""
    rows = (
        ("board", a.board, b.board),
        ("kind", _kind(a), _kind(b)),
        ("engine", a.engine, b.engine),
        ("core clock", f"{a.clock.core_clock_hz:,} Hz", f"{b.clock.core_clock_hz:,} Hz"),
        ("model", a.model_file, b.model_file),
        ("model SHA-256", a.model_sha256[:_HASH_DIGITS], b.model_sha256[:_HASH_DIGITS]),
        ("labels", ", ".join(a.labels), ", ".join(b.labels)),
        ("decision", a.decision.text, b.decision.text),
        ("front-end", _frontend(a), _frontend(b)),
        ("firmware SHA-256", a.firmware_sha256[:_HASH_DIGITS], b.firmware_sha256[:_HASH_DIGITS]),
        ("compiler", a.toolchain, b.toolchain),
        ("mel2metal", _tool(a), _tool(b)),
        ("host", a.tool.platform, b.tool.platform),
        ("verdict", _verdict(a), _verdict(b)),
    )
    return [Fact(name, one, other) for name, one, other in rows if one != other]


def warnings(a: Report, b: Report, clips_a: Details | None, clips_b: Details | None) -> list[str]:
    """Why figures of the two must not be held against each other."""
    found = []
    if a.latency.cycles_are != b.latency.cycles_are:
        found.append(
            f"cycles and times are {a.latency.cycles_are} in A, {b.latency.cycles_are} in B: "
            "their difference says nothing of the firmware"
        )
    if a.clock.core_clock_hz != b.clock.core_clock_hz:
        found.append("the cores run at different clocks: compare cycles, not milliseconds")
    for name, run in (("A", a), ("B", b)):
        if not run.complete:
            found.append(f"{name} is a partial run: {'; '.join(run.incomplete_because)}")
    found += _clip_warnings(a, b, clips_a, clips_b)
    return found


def figures(a: Report, b: Report) -> list[Figure]:
    """Every number that both may have."""

    def pair(
        name: str, read: Callable[[Report], float | None], digits: int = 0, unit: str = ""
    ) -> Figure:
        return Figure(name, read(a), read(b), digits, unit)

    return [
        pair("accuracy", lambda r: None if r.accuracy is None else 100 * r.accuracy, 2, "%"),
        pair("clips", lambda r: r.clips),
        pair("patches", lambda r: r.patches),
        pair("network, cycles a patch", lambda r: r.latency.network_cycles),
        pair("network, instructions", lambda r: r.latency.network_instructions),
        pair("front-end, cycles a frame", lambda r: r.latency.frontend_cycles_per_frame),
        pair("answer", lambda r: r.latency.answer_delay_ms, 3, "ms"),
        pair("real time left", lambda r: r.latency.real_time_margin_percent, 1, "%"),
        pair("RAM of the image", lambda r: r.footprint.image.ram_bytes if r.footprint else None),
        pair(
            "  activations",
            lambda r: r.footprint.network.activation_ram_bytes if r.footprint else None,
        ),
        pair("  stack used at most", lambda r: r.stack_high_water_bytes),
        pair(
            "flash of the image", lambda r: r.footprint.image.flash_bytes if r.footprint else None
        ),
        pair(
            "  weights", lambda r: r.footprint.network.weights_flash_bytes if r.footprint else None
        ),
        pair(
            "  network's code",
            lambda r: r.footprint.network.code_flash_bytes if r.footprint else None,
        ),
        pair("divergences", lambda r: r.divergences),
        pair("retries", lambda r: r.retries),
        pair("tests failed", lambda r: r.tests.failed),
    ]


def changed_clips(a: Details, b: Details) -> list[ChangedClip]:
    """Clips of both that were decided differently, by name; classes are compared by label."""
    of_b = {clip.clip: clip for clip in b.clips}
    changed = []
    for clip in a.clips:
        other = of_b.get(clip.clip)
        if other is None:
            continue
        one_text, other_text = _decided(clip, a.labels), _decided(other, b.labels)
        if one_text != other_text:
            truth = _names(clip.truth, a.labels) if clip.truth is not None else "unknown"
            change = _change(clip, other)
            changed.append(ChangedClip(clip.clip, truth, one_text, other_text, change))
    return changed


def _change(one: ClipRecord, other: ClipRecord) -> str:
    before, after = one.outcome, other.outcome
    if before is None or after is None or before.right == after.right:
        return ""
    return NOW_RIGHT if after.right else NOW_WRONG


def _clip_warnings(
    a: Report, b: Report, clips_a: Details | None, clips_b: Details | None
) -> list[str]:
    if clips_a is None or clips_b is None:
        missing = [name for name, details in (("A", clips_a), ("B", clips_b)) if details is None]
        return [f"{' and '.join(missing)} without details.json: clips cannot be compared"]
    found = []
    names_a = {clip.clip for clip in clips_a.clips}
    names_b = {clip.clip for clip in clips_b.clips}
    if names_a != names_b:
        found.append(
            f"other clips: {len(names_a & names_b)} in both, {len(names_a - names_b)} in A alone, "
            f"{len(names_b - names_a)} in B alone: accuracy and means are of different sounds"
        )
    if set(a.labels) != set(b.labels):
        found.append("the models have other classes: their accuracies answer different questions")
    return found


def _kind(report: Report) -> str:
    return "virtual board" if report.virtual else "silicon"


def _frontend(report: Report) -> str:
    return f"{report.frontend.name} {report.frontend.sha256[:_HASH_DIGITS]}"


def _tool(report: Report) -> str:
    text = report.tool.version
    if report.tool.commit is not None:
        text += f" {report.tool.commit[:12]}{', changed' if report.tool.dirty else ''}"
    return text


def _verdict(report: Report) -> str:
    return f"{'passed' if report.passed else 'FAILED'}{'' if report.complete else ', partial'}"


def _decided(clip: ClipRecord, labels: tuple[str, ...]) -> str:
    if clip.detected:
        return _names(clip.detected, labels)
    return "no patch" if not clip.patches else "nothing detected"


def _names(classes: tuple[int, ...], labels: tuple[str, ...]) -> str:
    known = range(len(labels))
    names = (labels[number] if number in known else f"class {number}" for number in classes)
    return "+".join(sorted(names)) or "nothing"
