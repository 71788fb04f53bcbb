# SPDX-License-Identifier: Apache-2.0
"""The float64 reference of records against the libraries that people train with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.frontend.importers.sources import import_record
from generator.frontend.presets import YAMNET
from tests.frontend import float_formula
from tests.frontend.float_record import features, real_features
from tests.frontend.librosa_fixture import CALLS, FILE, SOUND, sound, words

RELATIVE = 1e-9


def assert_close(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> None:
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=RELATIVE, atol=RELATIVE)


@pytest.mark.parametrize("name", CALLS)
def test_librosa(name: str) -> None:
    """The file holds what librosa itself gave; the record comes from the arguments of its call."""
    with np.load(FILE) as kept:
        samples, theirs = kept[SOUND], kept[name]
    record = import_record("librosa", words(CALLS[name])).record
    assert_close(real_features(record, samples), theirs)


def test_the_file_was_made_of_this_sound() -> None:
    with np.load(FILE) as kept:
        assert np.array_equal(kept[SOUND], sound())
        assert set(kept.files) == {SOUND, *CALLS}


TF_SIGNAL: tuple[dict[str, Any], ...] = (
    {"frame_length": 480, "frame_step": 320, "num_mel_bins": 40, "n_mfcc": 10},
    {"frame_length": 256, "frame_step": 128, "num_mel_bins": 32, "power": 2.0},
    {"frame_length": 400, "frame_step": 160, "num_mel_bins": 20, "fft_length": 1024},
    {"frame_length": 200, "frame_step": 200, "num_mel_bins": 16, "window_fn": "hamming_window"},
    {"frame_length": 401, "frame_step": 160, "num_mel_bins": 24},
)


@pytest.mark.parametrize("call", TF_SIGNAL, ids=str)
def test_tf_signal(call: dict[str, Any]) -> None:
    tf = pytest.importorskip("tensorflow", reason="TensorFlow comes with the train set")
    given = {"sample_rate": 16_000, "lower_edge_hertz": 20.0, "upper_edge_hertz": 7600.0, **call}
    record = import_record("tf.signal", tuple(f"{k}={v}" for k, v in given.items())).record
    samples = sound()
    windows = {"hamming_window": tf.signal.hamming_window}
    spectrum = tf.abs(
        tf.signal.stft(
            tf.constant(samples / 32768.0),
            given["frame_length"],
            given["frame_step"],
            fft_length=given.get("fft_length"),
            window_fn=windows.get(given.get("window_fn", ""), tf.signal.hann_window),
        )
    )
    matrix = tf.signal.linear_to_mel_weight_matrix(
        given["num_mel_bins"],
        record.fft_samples // 2 + 1,
        given["sample_rate"],
        given["lower_edge_hertz"],
        given["upper_edge_hertz"],
        dtype=tf.float64,
    )
    values = tf.math.log(spectrum ** given.get("power", 1.0) @ matrix + 1e-6)
    if "n_mfcc" in given:
        values = tf.signal.mfccs_from_log_mel_spectrograms(values)[..., : given["n_mfcc"]]
    assert_close(real_features(record, samples), values.numpy())


def test_our_own_record_is_our_own_formula() -> None:
    """The two references were written apart."""
    samples = sound()
    places = np.arange(1 + (len(samples) - 512) // 160)[:, None] * 160 + np.arange(512)
    wanted = float_formula.features(samples[places], 0.05, 40)
    assert np.array_equal(features(YAMNET, samples, 0.05, 40), wanted)


def test_mean_and_deviation_are_of_each_band() -> None:
    bands = YAMNET.bands
    plain = real_features(YAMNET, sound())
    record = YAMNET.model_copy(
        update={
            "mean": tuple(float(band) for band in range(bands)),
            "deviation": tuple(0.5 + band for band in range(bands)),
        }
    )
    wanted = np.rint((plain - np.arange(bands)) / (0.5 + np.arange(bands)) / 0.1) - 3
    assert np.array_equal(features(record, sound(), 0.1, -3), np.clip(wanted, -128, 127))


def test_pre_emphasis_begins_with_the_clip() -> None:
    """Its difference to the plain sound is a sound of its own: the formula is linear up to |.|."""
    samples = np.array([0, 1000, -500, 250] * 300, dtype=np.int16)
    emphasised = YAMNET.model_copy(update={"pre_emphasis": 0.5})
    by_hand = samples - 0.5 * np.concatenate([[0], samples[:-1]])
    assert np.array_equal(by_hand, np.rint(by_hand))
    assert_close(
        real_features(emphasised, samples), real_features(YAMNET, by_hand.astype(np.int16))
    )


MICRO = import_record("micro_speech", ()).record
MICRO_STEP = 10.0 / 256.0
SPEECH_SCALE = 26.0 / 256.0


def test_noise_that_lasts_is_taken_away_and_a_sound_in_it_stays() -> None:
    rng = np.random.default_rng(3)
    samples = rng.normal(0, 300, 32_000)
    samples[24_000:25_600] += 8000 * np.sin(2 * np.pi * 1000 * np.arange(1600) / 16_000)
    values = real_features(MICRO, samples.astype(np.int16))
    noise, tone = values[50:70], values[75:79]
    assert np.median(noise) == 0.0
    assert tone.max() > 15.0


def test_micro_speech_is_near_what_tensorflow_computes() -> None:
    """TensorFlow's own op, whose transform has 16 bits: most cells within one step of int8."""
    tf = pytest.importorskip("tensorflow", reason="TensorFlow comes with the train set")
    op = pytest.importorskip(
        "tensorflow.lite.experimental.microfrontend.python.ops.audio_microfrontend_op"
    )
    rng = np.random.default_rng(4)
    samples = rng.normal(0, 1, 32_000) * np.geomspace(3000, 100, 32_000)
    samples += (
        6000 * np.sin(np.cumsum(np.linspace(0.05, 1.5, 32_000))) * (np.arange(32_000) // 4000 % 2)
    )
    clip = samples.astype(np.int16)
    theirs = op.audio_microfrontend(
        tf.constant(clip),
        **{"sample_rate": 16_000, "window_size": 30, "window_step": 20, "num_channels": 40},
        **{"lower_band_limit": 125.0, "upper_band_limit": 7500.0, "enable_pcan": True},
        **{"out_scale": 1, "out_type": tf.float32},
    ).numpy()
    steps = np.rint(theirs * MICRO_STEP / SPEECH_SCALE) - 128
    ours = features(MICRO, clip, SPEECH_SCALE, -128)
    assert ours.shape == steps.shape
    apart = np.abs(ours - np.clip(steps, -128, 127))
    print(f"equal {(apart == 0).mean():.3f}, within one step {(apart <= 1).mean():.3f}")
    assert (apart <= 1).mean() > 0.9
