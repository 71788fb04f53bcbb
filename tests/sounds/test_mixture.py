# SPDX-License-Identifier: Apache-2.0
"""Mixed recordings: the labels are where the sounds are, and a seed gives the same samples."""

from __future__ import annotations

import numpy as np

from sounds.mixture import FORMANTS_HZ, PAUSE_S, SPEECH_LEVEL, mix, speech_like_noise

RATE_HZ = 16_000
BURST = np.concatenate([np.zeros(800), np.full(1600, 9000), np.zeros(400)]).astype(np.int16)


def test_labels_are_where_the_sounds_are() -> None:
    mixed = mix("day", [("dog", BURST), ("rain", BURST)], RATE_HZ, seed=1)
    assert [one.label for one in mixed.occurrences] == ["dog", "rain"]
    for one in mixed.occurrences:
        first, last = round(one.begin_s * RATE_HZ), round(one.end_s * RATE_HZ)
        assert last - first == 1600
        assert (mixed.samples[first:last] == 9000).all()
        assert mixed.samples[first - 1] == mixed.samples[last] == 0


def test_pauses_stand_before_between_and_after() -> None:
    mixed = mix("day", [("dog", BURST), ("rain", BURST)], RATE_HZ, seed=2)
    ends = [0.0, *(one.end_s for one in mixed.occurrences)]
    begins = [*(one.begin_s for one in mixed.occurrences), mixed.seconds]
    for end_s, begin_s in zip(ends, begins, strict=True):
        assert PAUSE_S[0] <= begin_s - end_s <= PAUSE_S[1] + len(BURST) / RATE_HZ


def test_the_same_seed_gives_the_same_samples_and_another_one_others() -> None:
    one, same, other = (mix("day", [("dog", BURST)] * 4, RATE_HZ, seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(one.samples, same.samples)
    assert one.occurrences == same.occurrences
    assert len(one.samples) != len(other.samples)


def test_a_silent_sound_has_no_label() -> None:
    assert mix("day", [("dog", np.zeros(100, np.int16))], RATE_HZ, seed=1).occurrences == ()


def test_speech_like_noise_has_level_rhythm_and_formants() -> None:
    wave = speech_like_noise(np.random.default_rng(5), 4 * RATE_HZ, RATE_HZ)
    assert abs(np.sqrt(np.mean(wave**2)) / SPEECH_LEVEL - 1) < 1e-9
    loudness = (wave.reshape(-1, 160) ** 2).mean(axis=1)
    rhythm = np.abs(np.fft.rfft(loudness - loudness.mean()))
    assert rhythm.argmax() == 16  # 4 Hz over 4 s
    power = np.abs(np.fft.rfft(wave)) ** 2

    def near(hertz: float) -> float:
        return float(power[round(4 * hertz) - 200 : round(4 * hertz) + 200].mean())

    assert all(near(centre_hz) > 10 * near(6000.0) for centre_hz, _ in FORMANTS_HZ)
