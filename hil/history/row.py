# SPDX-License-Identifier: Apache-2.0
"""What history keeps of one run, and which runs make a series."""

from __future__ import annotations

from dataclasses import dataclass

from hil.report.stored import StoredRun

_HASH_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One run. Field names are the keys of `--json`; None is what was not measured."""

    folder: str
    started_at: str
    board: str
    virtual: bool
    cycles_are: str
    engine: str
    model_file: str
    model_sha256: str
    firmware_sha256: str
    commit: str | None
    complete: bool
    passed: bool
    clips: int
    folds: tuple[int, ...]
    trained_on_clips: int
    """Clips played that trained the model."""

    accuracy: float | None
    accuracy_low: float | None
    accuracy_high: float | None
    network_cycles: float | None
    answer_delay_ms: float | None
    ram_bytes: int | None
    flash_bytes: int | None

    @classmethod
    def of(cls, run: StoredRun) -> Row:
        """From its report."""
        report = run.report
        image = report.footprint.image if report.footprint else None
        return cls(
            folder=run.name,
            started_at=report.started_at,
            board=report.board,
            virtual=report.virtual,
            cycles_are=report.latency.cycles_are,
            engine=report.engine,
            model_file=report.model_file,
            model_sha256=report.model_sha256,
            firmware_sha256=report.firmware_sha256,
            commit=report.tool.commit,
            complete=report.complete,
            passed=report.passed,
            clips=report.clips,
            folds=report.trained_on.folds_played,
            trained_on_clips=report.trained_on.clips_played_in_training,
            accuracy=report.accuracy,
            accuracy_low=report.accuracy_low,
            accuracy_high=report.accuracy_high,
            network_cycles=report.latency.network_cycles,
            answer_delay_ms=report.latency.answer_delay_ms,
            ram_bytes=image.ram_bytes if image else None,
            flash_bytes=image.flash_bytes if image else None,
        )

    @property
    def series(self) -> str:
        """Runs of one series differ in nothing that makes figures incomparable."""
        kind = "virtual" if self.virtual else "real"
        model = f"{self.model_file} {self.model_sha256[:_HASH_DIGITS]}"
        return f"{model}, {self.engine}, {kind} board, cycles {self.cycles_are}"

    @property
    def clip_set(self) -> tuple[int, tuple[int, ...]]:
        """How many clips of which folds: accuracy is joined by a line within one set alone."""
        return self.clips, self.folds
