# SPDX-License-Identifier: Apache-2.0
"""A record's YAML: what it means, and what is said of a faulty one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import InputError
from generator.frontend.presets import PRESETS, YAMNET
from generator.frontend.record import (
    Axes,
    FrontendRecord,
    LogKind,
    Mfcc,
    Pcan,
    SilenceGate,
    WindowShape,
)
from generator.frontend.record_text import LIBRARY_WORDS, record_of, record_text

PLACE = Path("m.frontend.yaml")
LEAST = "\n".join(
    (
        "sample_rate_hz: 16000",
        *("window_samples: 400", "hop_samples: 160", "fft_samples: 512"),
        *("bands: 40", "low_hz: 20", "high_hz: 7600"),
    )
)


def faults_of(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        record_of(text, PLACE)
    return [str(fault) for fault in caught.value.faults]


def test_the_least_record_has_defaults() -> None:
    record = record_of(LEAST, PLACE)
    assert (record.bands, record.log, record.centred) == (40, LogKind.LN, False)


def test_numbers_may_be_written_as_people_write_them() -> None:
    record = record_of(f"{LEAST}\nlog_offset: 1e-6\nmean: [1, -2.5]\n", PLACE)
    assert record.log_offset == 1e-6
    assert record.mean == (1.0, -2.5)


def test_a_preset_is_changed_by_the_keys_that_follow() -> None:
    assert record_of("preset: yamnet", PLACE) == YAMNET
    square = record_of("preset: yamnet\naxes: bands_first\npatch_frames: 64", PLACE)
    assert (square.name, square.axes) == ("yamnet", Axes.BANDS_FIRST)
    changed = record_of("preset: yamnet\nlog: db_power\nsilence_gate: null", PLACE)
    assert changed.name == "", "no longer the front-end of that name"
    assert (changed.log, changed.silence_gate, changed.bands) == (LogKind.DB_POWER, None, 64)


def test_axes_are_stated_only_where_they_stand() -> None:
    assert "axes" not in record_of("preset: yamnet", PLACE).model_fields_set
    assert "axes" in record_of("preset: yamnet\naxes: frames_first", PLACE).model_fields_set
    assert "axes" not in record_text(YAMNET)


records = st.builds(
    FrontendRecord,
    name=st.sampled_from(["", "mine", "ä: #1"]),
    sample_rate_hz=st.sampled_from([8000, 16000, 44100]),
    window_samples=st.integers(1, 4096),
    hop_samples=st.integers(1, 4096),
    fft_samples=st.sampled_from([256, 1024]),
    bands=st.integers(1, 128),
    low_hz=st.floats(0, 100),
    high_hz=st.floats(1000, 8000),
    window=st.sampled_from(WindowShape),
    log=st.sampled_from(LogKind),
    log_offset=st.floats(0, 1e-3),
    lowest_log=st.none() | st.floats(-100, 0),
    mean=st.floats(-9, 9) | st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
    mfcc=st.none() | st.builds(Mfcc, coefficients=st.integers(1, 40)),
    pcan=st.none() | st.builds(Pcan, strength=st.floats(0, 1)),
    silence_gate=st.none() | st.builds(SilenceGate, threshold_rms=st.integers(1, 9)),
)


@given(records)
def test_what_is_written_is_read_again(record: FrontendRecord) -> None:
    again = record_of(record_text(record, "two\nlines"), PLACE)
    assert again == record
    assert ("axes" in again.model_fields_set) == ("axes" in record.model_fields_set)


def test_every_fault_is_told_at_once_with_its_line() -> None:
    text = "\n".join(
        (
            "preset: yamet",
            "n_mels: 40",
            "hopsamples: 5",
            "window: hanning",
            "low_hz: deep",
            "high_hz: .inf",
            "bands: yes",
            "mfcc: {coefs: 3}",
            "pcan: 3",
            "log: no",
            "mean: [1, x]",
            "mean: 3",
            "silence_gate: {threshold_rms: off}",
            "bands: 40",
        )
    )
    told = "\n".join(faults_of(text))
    for wanted in (
        "m.frontend.yaml:1: preset: there is no front-end 'yamet'",
        "did you mean yamnet?",
        "m.frontend.yaml:2: n_mels: unknown key\n    remedy: did you mean bands?",
        "m.frontend.yaml:3: hopsamples: unknown key\n    remedy: did you mean hop_samples?",
        "m.frontend.yaml:4: window: 'hanning' is no value of this key",
        "did you mean hann?",
        "m.frontend.yaml:5: low_hz: 'deep' is no number",
        "m.frontend.yaml:6: high_hz: inf is not finite",
        "m.frontend.yaml:8: mfcc.coefs: unknown key",
        "m.frontend.yaml:9: pcan: 3 is no section",
        "m.frontend.yaml:10: log: False is no value of this key",
        "m.frontend.yaml:12: mean: duplicate key",
        "m.frontend.yaml:13: silence_gate.threshold_rms: is false",
        "m.frontend.yaml:14: bands: duplicate key",
    ):
        assert wanted in told, f"{wanted}\n--- in ---\n{told}"
    assert "missing" not in told, "what a mistyped preset would have said is not asked for"


def test_missing_keys_are_one_fault() -> None:
    (fault,) = faults_of("bands: 40\nlow_hz: 20\nhigh_hz: 7600\nfft_samples: 512")
    assert "sample_rate_hz, window_samples, hop_samples are missing" in fault
    assert "preset: yamnet" in fault


def test_yes_is_a_value_of_what_is_true_or_false() -> None:
    assert record_of(f"{LEAST}\ncentred: yes", PLACE).centred
    (fault,) = faults_of(f"{LEAST}\nbands_high: 3\n".replace("bands: 40", "bands: on"))[:1]
    assert "bands: is true" in fault


@pytest.mark.parametrize("text", ["", "[]", "3", "a: [", "sample_rate_hz: 2001-99-01"])
def test_what_is_no_mapping_is_refused(text: str) -> None:
    assert "m.frontend.yaml" in faults_of(text)[0]


def test_library_words_lead_to_keys() -> None:
    assert set(LIBRARY_WORDS.values()) <= set(FrontendRecord.model_fields)
    assert not set(LIBRARY_WORDS) & set(FrontendRecord.model_fields)


def test_a_preset_has_its_own_name() -> None:
    assert all(name == record.name for name, record in PRESETS.items())


@pytest.mark.parametrize(
    "text",
    [
        *("a: &a {b: *a}", "? [1]\n: 2", "--- a\n--- b", "!!python/object:os.system x", "\0"),
        *("mean: " + "[" * 30 + "]" * 30, "bands: 1e400", "mean: {a: 1}", "mean: .nan"),
        *("preset: {a: b}", "name: [1]", "1: 2", "null: 3", "pcan: {1: 2}", "log: 2020-01-01"),
    ],
)
def test_whatever_stands_there_is_refused_in_words(text: str) -> None:
    assert all("m.frontend.yaml" in fault for fault in faults_of(f"preset: yamnet\n{text}"))


@given(st.text())
def test_any_text_is_a_record_or_a_fault(text: str) -> None:
    try:
        record_of(text, PLACE)
    except InputError as error:
        assert error.faults
