# SPDX-License-Identifier: Apache-2.0
"""`make evaluate EVENTS=1`: the running decision of a model on labelled recordings."""

from __future__ import annotations

import os
import time
from argparse import Namespace
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress

from generator.errors import Fault, InputError
from generator.host.continuous_twin import ContinuousTwin
from generator.host.model_twin import build_continuous_model_twin
from generator.model.decision import Head
from generator.model.decision_file import read_settings, settings_path, settings_text
from generator.model.event_rule import EventRule, describe_events
from generator.model.event_settings import EventSettings, event_rule
from generator.yaml_lines import Lines
from sounds.decode import Samples
from sounds.layouts import read_sounds
from sounds.mixture import mix
from sounds.recording import Recording, labels_text, read_recordings
from sounds.sound import SoundSet
from training.event_evaluation import EventEvaluation, evaluate_events, heard_recording, to_json
from training.event_plot import plot_events
from training.event_search import HeardRecording, combinations
from training.event_tables import print_events
from training.paths import find_dataset
from training.run_folder import sha256_of, write_atomically
from training.sound_check import SoundCheck

SEED = 1
SOUNDS_A_MIXTURE = 40
"""So many sounds are joined to one recording."""


def events_command(
    options: Namespace, folds: Sequence[int], console: Console, progress: Progress
) -> None:
    """Listen to recordings, choose settings, print, plot; write what the options ask for.

    `folds`: of the data set, where no recordings are named.
    """
    _refuse_what_is_there(options)
    twin = build_continuous_model_twin(options.model, options.labels, options.frontend)
    info = twin.project.info
    if info.rule.head is Head.LOGITS:
        what = "ends in logits, which have no threshold: there is nothing to choose"
        remedy = "convert the model with its softmax or sigmoid"
        raise InputError([Fault(str(options.model), what, remedy)])
    rate_hz = info.frontend.sample_rate_hz
    step_s = Fraction(twin.step_samples, rate_hz)
    recordings, origin = _find_recordings(options, folds, twin, console)
    if options.keep_recordings:
        _keep(recordings, options.keep_recordings)
        console.print(f"written to {options.keep_recordings}: recordings with their labels")
    heard = _listen(recordings, twin, progress)

    def make_rule(settings: EventSettings) -> EventRule:
        faults: list[Fault] = []
        rule = event_rule(
            settings, info.rule.head, info.labels,
            other=info.rule.other, step_s=step_s, lines=Lines(options.model, None), faults=faults,
        )  # fmt: skip
        if faults:
            raise InputError(faults)
        return rule

    task = progress.add_task("choosing", total=len(list(combinations(step_s))))
    own, best, choice, tolerance_s = evaluate_events(
        heard, info.labels, info.events, make_rule, step_s,
        allowed_an_hour=options.false_alarms,
        on_progress=lambda done: progress.update(task, completed=done),
    )  # fmt: skip
    progress.stop()
    chosen = make_rule(choice.chosen.settings)
    result = EventEvaluation(
        model=options.model,
        sha256=sha256_of(options.model),
        labels=info.labels,
        recordings=heard,
        origin=origin,
        tolerance_s=tolerance_s,
        allowed_an_hour=options.false_alarms,
        own=own,
        own_text=describe_events(info.events, info.labels, float(step_s)),
        best=best,
        best_text=describe_events(chosen, info.labels, float(step_s)),
        choice=choice,
    )
    print_events(result, console)
    if options.json:
        write_atomically(options.json, to_json(result))
    if options.plot:
        write_atomically(options.plot, plot_events(result))
        console.print(f"plot: {options.plot}", markup=False)
    _settle(options, choice.chosen.settings, console)


def _refuse_what_is_there(options: Namespace) -> None:
    """What cannot be done is told before minutes of listening."""
    faults = []
    if options.threshold is not None:
        what = "decides clips: the running decision has thresholds of its own"
        faults.append(Fault("--threshold", what, "leave it out"))
    if not options.false_alarms >= 0:
        what = f"{options.false_alarms:g} false alarms an hour"
        faults.append(Fault("--false-alarms", what, "give 0 or more"))
    kept = options.keep_recordings
    if kept and kept.exists() and (not kept.is_dir() or any(kept.iterdir())):
        faults.append(Fault(str(kept), "is not an empty folder", "name another folder"))
    if faults:
        raise InputError(faults)


def _find_recordings(
    options: Namespace, folds: Sequence[int], twin: ContinuousTwin, console: Console
) -> tuple[tuple[Recording, ...], str]:
    """The user's own recordings, or mixtures of the data set's sounds; and what to say of them."""
    info = twin.project.info
    rate_hz = info.frontend.sample_rate_hz
    if options.recordings:
        recordings = read_recordings(options.recordings, rate_hz)
        _check_labels(recordings, info.labels, options.recordings)
        return recordings, f"{len(recordings)} of {options.recordings}"
    found = read_sounds(find_dataset(options.data, os.environ), folds, whole=options.whole)
    check = SoundCheck(info.frontend.record)
    sounds = _in_random_order(found, info.labels, check)
    check.finish(lambda line: console.print(line, markup=False))
    recordings = tuple(
        mix(
            f"mixture-{number + 1}", sounds[at : at + SOUNDS_A_MIXTURE], rate_hz, seed=SEED + number
        )
        for number, at in enumerate(range(0, len(sounds), SOUNDS_A_MIXTURE))
    )
    text = f"mixed of {len(sounds)} sounds of {found.root}, with pauses, noise, speech-like noise"
    return recordings, text


def _in_random_order(
    found: SoundSet, labels: Sequence[str], check: SoundCheck
) -> list[tuple[str, Samples]]:
    order = np.random.default_rng(SEED).permutation(len(found.sounds))
    sounds = []
    for place in order.tolist():
        one = found.sounds[place]
        samples = check.read(one.path)
        if samples is not None:
            known = [name for name in one.classes if name in labels]
            sounds.append((known[0] if known else one.category, samples))
    return sounds


def _check_labels(recordings: Sequence[Recording], labels: Sequence[str], folder: Path) -> None:
    """At least one labelled sound of the model's classes, else nothing can be missed."""
    named = {one.label for recording in recordings for one in recording.occurrences}
    if not named & set(labels):
        told = f"they name {', '.join(sorted(named))}" if named else "they are empty"
        what = f"no label of a class that the model knows: {told}"
        raise InputError([Fault(str(folder), what, f"the model's are {', '.join(labels)}")])


def _listen(
    recordings: Sequence[Recording], twin: ContinuousTwin, progress: Progress
) -> tuple[HeardRecording, ...]:
    seconds = sum(one.seconds for one in recordings)
    task = progress.add_task("listening", total=seconds)
    heard = []
    for recording in recordings:
        steps = twin.run(recording.samples).steps
        heard.append(heard_recording(recording, steps, twin.project.info.labels))
        progress.advance(task, recording.seconds)
    return tuple(heard)


def _keep(recordings: Sequence[Recording], folder: Path) -> None:
    import soundfile

    folder.mkdir(parents=True, exist_ok=True)
    for one in recordings:
        soundfile.write(folder / f"{one.name}.wav", one.samples, one.rate_hz)
        (folder / f"{one.name}.txt").write_text(labels_text(one.occurrences), encoding="utf-8")


def _settle(options: Namespace, events: EventSettings, console: Console) -> None:
    """Write the chosen settings beside the model, or say how they read."""
    path = settings_path(options.model)
    settings = read_settings(options.model).model_copy(update={"events": events})
    text = settings_text(settings)
    if not options.write:
        console.print(f"to use them, put this into {path}, or add --write:", markup=False)
        console.print(settings_text(type(settings)(events=events)), markup=False, end="")
        return
    if path.exists():
        kept = path.with_name(f"{path.stem}.kept-{time.strftime('%Y%m%d-%H%M%S')}.yaml")
        path.rename(kept)
        console.print(f"kept what was there as {kept}", markup=False)
    write_atomically(path, text)
    console.print(f"written: {path}", markup=False)
