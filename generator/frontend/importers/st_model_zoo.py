# SPDX-License-Identifier: Apache-2.0
"""The user_config.yaml of ST's model zoo for audio event detection."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from generator.errors import Fault, InputError
from generator.frontend.importers.arguments import Arguments, Imported
from generator.frontend.importers.decibels import padding_notes
from generator.frontend.importers.librosa import NORMS, WINDOWS, spectrum_of
from generator.yaml_lines import read_mapping

FEATURES = "feature_extraction"
SOUNDS = "preprocessing"
LOG_OFFSET = 1e-4
"""ln(mel + 1e-4): what its training takes where to_db is False."""
LOWEST_DB = -80.0


def from_st_model_zoo(path: Path, words: Arguments) -> Imported:
    """The record of the file; `words`: keys of the record that the command line adds."""
    document, lines = read_mapping(path, "holds no configuration", "give ST's user_config.yaml")
    section = document.get(FEATURES)
    if not isinstance(section, Mapping):
        what = f"has no section {FEATURES}"
        raise InputError([*words.faults, Fault(path.name, what, "give ST's user_config.yaml")])
    stated = {str(key): str(value) for key, value in section.items()}

    def place_of(name: str) -> str:
        is_words = name in words.given or name not in stated
        return words.where(name) if is_words else lines.where(FEATURES, name)

    arguments = Arguments(words.source, {**stated, **words.given}, place_of, words.faults)
    sounds = document.get(SOUNDS)
    rate = sounds.get("target_rate") if isinstance(sounds, Mapping) else None
    if not isinstance(rate, int):
        rate = 16_000
        arguments.notes.append(f"{SOUNDS}.target_rate is not stated: 16000 Hz")
    centred = arguments.truth("center", True)
    padding_notes(arguments, centred=centred, default="constant")
    if arguments.truth("include_last_patch", False):
        what = "a patch that is not full never reaches a model of a fixed input"
        arguments.refuse("include_last_patch", what, "give include_last_patch: False")
    patch = arguments.count("patch_length", 96) or 0
    overlap = arguments.number("overlap", 0.25) or 0.0
    fft = arguments.count("n_fft", 512) or 0
    removes_silence = isinstance(sounds, Mapping) and bool(sounds.get("top_db"))
    if removes_silence:
        arguments.notes.append(
            f"{SOUNDS}.top_db removes silence by each clip's own maximum; the firmware's gate "
            "(silence_gate), which knows none, stands for it"
        )
    keys: dict[str, object] = {
        "sample_rate_hz": rate,
        "window_samples": arguments.count("window_length", None) or fft,
        "hop_samples": arguments.count("hop_length", 160),
        "fft_samples": fft,
        "window": arguments.choice("window", "hann", WINDOWS),
        "centred": centred,
        "spectrum": spectrum_of(arguments, 1.0),
        "bands": arguments.count("n_mels", 64),
        "low_hz": arguments.number("fmin", 0.0),
        "high_hz": arguments.number("fmax", None) or rate / 2,
        "mel_scale": "htk" if arguments.truth("htk", False) else "slaney",
        "mel_norm": arguments.choice("norm", None, NORMS),
        "axes": "bands_first",
        "patch_frames": patch,
        "patch_overlap_frames": int(patch * overlap),
        "silence_gate": {} if removes_silence else None,
    }
    keys |= _logarithm(arguments, keys["spectrum"] == "power")
    return arguments.finish(keys)


def _logarithm(arguments: Arguments, is_power: bool) -> dict[str, object]:
    if not arguments.truth("to_db", False):
        return {"log": "ln", "log_offset": LOG_OFFSET}
    if not arguments.has("log_reference"):
        what = "its training makes 0 dB of each clip's own maximum, not known while it sounds"
        remedy = (
            "add log_reference=NUMBER to the command, the sum that is to become 0 dB, such as the "
            "loudest of the training clips; train with the same number"
        )
        arguments.refuse("to_db", what, remedy)
    kind, floor = ("db_power", 1e-10) if is_power else ("db_amplitude", 1e-5)
    return {"log": kind, "log_floor": floor, "lowest_log": LOWEST_DB}
