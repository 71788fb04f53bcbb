# SPDX-License-Identifier: Apache-2.0
"""What people have becomes a record; what is not causal is refused with what stands for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import InputError
from generator.frontend.importers.arguments import Imported
from generator.frontend.importers.sources import SOURCES, import_record
from generator.frontend.presets import YAMNET
from generator.frontend.record import (
    Axes,
    DctNorm,
    FrontendRecord,
    LogKind,
    MelNorm,
    MelScale,
    Spectrum,
    TriangleSides,
    ZerosAt,
)
from generator.frontend.record_text import record_of, record_text

ST_YAMNET = """\
general: {project_name: aed}
preprocessing:
  min_length: 1
  max_length : 10
  target_rate: 16000
  top_db: 60
  frame_length: 3200
  hop_length: 3200
  trim_last_second: False
  lengthen : 'after'
feature_extraction:
  patch_length: 96
  n_mels: 64
  overlap: 0.25
  n_fft: 512
  hop_length: 160
  window_length: 400
  window: hann
  center: False
  pad_mode: constant
  power: 1.0
  fmin: 125
  fmax: 7500
  norm: None
  htk : True
  to_db : False
  include_last_patch: False
"""
ST_RESNET = """\
preprocessing: {target_rate: 16000}
feature_extraction:
  patch_length: 50
  n_mels: 64
  overlap: 0.25
  n_fft: 1024
  hop_length: 320
  window_length: 1024
  window: hann
  center: True
  pad_mode: constant
  power: 2.0
  fmin: 20
  fmax: 7500
  norm: slaney
  htk : False
  to_db : True
  include_last_patch : False
"""


def imported(source: str, *words: str) -> Imported:
    made = import_record(source, words)
    assert record_of(record_text(made.record), Path("again.yaml")) == made.record
    return made


def record(source: str, *words: str) -> FrontendRecord:
    return imported(source, *words).record


def faults(source: str, *words: str) -> str:
    with pytest.raises(InputError) as caught:
        import_record(source, words)
    return "\n".join(map(str, caught.value.faults))


def test_librosa_s_defaults() -> None:
    made = record("librosa")
    assert made == FrontendRecord(
        sample_rate_hz=22_050,
        window_samples=2048,
        hop_samples=512,
        fft_samples=2048,
        centred=True,
        spectrum=Spectrum.POWER,
        bands=128,
        low_hz=0.0,
        high_hz=11_025.0,
        mel_scale=MelScale.SLANEY,
        mel_norm=MelNorm.SLANEY,
        log=LogKind.DB_POWER,
        log_floor=1e-10,
    )


def test_a_librosa_call() -> None:
    made = record(
        "librosa",
        *("sr=16000", "n_fft=1024", "hop_length=320,", "n_mels=64", "fmin=20", "fmax=7500"),
        *("ref=np.max", "log_reference=40", "axes=bands_first", "name=mine"),
    )
    assert (made.sample_rate_hz, made.fft_samples, made.window_samples) == (16_000, 1024, 1024)
    assert (made.hop_samples, made.bands, made.low_hz, made.high_hz) == (320, 64, 20.0, 7500.0)
    assert (made.log_reference, made.lowest_log) == (40.0, -80.0), "top_db=80 below it"
    assert (made.axes, made.name) == (Axes.BANDS_FIRST, "mine")


def test_librosa_s_mfcc_and_other_logarithms() -> None:
    made = record("librosa", "n_mfcc=13", "lifter=22", "htk=True", "norm=None", "power=1")
    assert made.mfcc and (made.mfcc.coefficients, made.mfcc.lifter) == (13, 22.0)
    assert made.mfcc.norm is DctNorm.ORTHO
    assert (made.mel_scale, made.mel_norm) == (MelScale.HTK, MelNorm.NONE)
    assert made.spectrum is Spectrum.MAGNITUDE
    made = record("librosa", "log=ln", "log_offset=1e-6")
    assert (made.log, made.log_offset, made.log_floor) == (LogKind.LN, 1e-6, 0.0)


def test_what_is_not_causal_is_refused_with_what_stands_for_it() -> None:
    assert "log_reference=NUMBER" in faults("librosa", "ref=np.max")
    assert "top_db=None lowest_log=-80" in faults("librosa", "top_db=80")
    assert "pad_mode=constant" in faults("librosa", "pad_mode=reflect")
    assert record("librosa", "top_db=None", "lowest_log=-60").lowest_log == -60.0
    assert record("librosa", "top_db=80", "lowest_log=-80").lowest_log == -80.0
    assert any("top_db=80" in note for note in imported("librosa").notes)
    assert not imported("librosa", "top_db=None").notes


def test_every_fault_of_a_call_is_told_at_once() -> None:
    told = faults(
        "librosa",
        *("n_ftt=1024", "hop_length=ten", "power=3", "window=kaiser", "ref=max", "center=maybe"),
        *("n_mels=40", "n_mels=41", "loose", "mean=x"),
    )
    for wanted in (
        "n_ftt: librosa has no such argument\n    remedy: did you mean n_fft?",
        "hop_length: 'ten' is no number",
        "power: 3.0 cannot be computed",
        "window: 'kaiser' cannot be computed",
        "ref: max is each clip's own maximum",
        "center: 'maybe' is neither True nor False",
        "n_mels: is given twice",
        "loose: is no name=value",
        "mean: 'x' is no number",
    ):
        assert wanted in told, f"{wanted}\n--- in ---\n{told}"


def test_torchaudio() -> None:
    made = imported("torchaudio", "n_fft=512", "n_mels=40")
    assert made.record.hop_samples == 256, "half a window"
    assert made.record.mel_scale is MelScale.HTK and made.record.mel_norm is MelNorm.NONE
    assert made.record.spectrum is Spectrum.POWER and made.record.centred
    assert made.record.log is LogKind.DB_POWER
    assert any("reflect" in note for note in made.notes)
    assert "pad_mode=constant" in faults("torchaudio", "pad_mode=reflect")
    cepstra = record("torchaudio", "n_mfcc=10", "log_mels=True", "pad_mode=constant", "n_fft=512")
    assert cepstra.mfcc and cepstra.mfcc.coefficients == 10
    assert (cepstra.log, cepstra.log_offset) == (LogKind.LN, 1e-6)
    assert record("torchaudio", "stype=magnitude", "power=1").log is LogKind.DB_AMPLITUDE


def test_tf_signal() -> None:
    made = record(
        "tf.signal",
        *("frame_length=480", "frame_step=320", "num_mel_bins=40", "sample_rate=16000"),
        *("lower_edge_hertz=80", "upper_edge_hertz=7600", "n_mfcc=10"),
    )
    assert (made.window_samples, made.fft_samples, made.zeros) == (480, 512, ZerosAt.END)
    assert (made.triangles, made.mel_scale) == (TriangleSides.MEL, MelScale.HTK)
    assert (made.spectrum, made.log, made.log_offset) == (Spectrum.MAGNITUDE, LogKind.LN, 1e-6)
    assert made.mfcc and made.mfcc.norm is DctNorm.TF
    told = faults("tf.signal", "frame_length=480", "num_spectrogram_bins=129", "pad_end=True")
    assert "frame_step: is missing" in told
    assert "129 bins" in told and "257" in told
    assert "pad_end" in told


def test_micro_speech_s_flags() -> None:
    made = record("micro_speech", "--window_size_ms=30", "--window_stride_ms", "20")
    assert (made.window_samples, made.hop_samples, made.fft_samples) == (480, 320, 512)
    assert (made.bands, made.patch_frames, made.sample_full_scale) == (40, 49, 32768.0)
    assert made.pcan and made.pcan.enabled and made.log is LogKind.NONE
    assert made.spectrum is Spectrum.POWER
    assert record("micro_speech", "window_stride_ms=10").patch_frames == 98
    assert "preprocess" in faults("micro_speech", "preprocess=mfcc")
    assert "whole samples" in faults("micro_speech", "sample_rate=11025")


def test_st_s_yamnet_is_ours(tmp_path: Path) -> None:
    (tmp_path / "user_config.yaml").write_text(ST_YAMNET)
    both = imported("st-model-zoo", str(tmp_path / "user_config.yaml"))
    made = both.record
    assert any("silence_gate" in note for note in both.notes)
    keys: dict[str, object] = {"name": "yamnet", "axes": Axes.FRAMES_FIRST}
    keys |= {"patch_frames": None, "patch_overlap_frames": None}
    assert made.model_copy(update=keys) == YAMNET
    assert (made.axes, made.patch_frames, made.patch_overlap_frames) == (Axes.BANDS_FIRST, 96, 24)


def test_st_s_residual_net_needs_a_reference(tmp_path: Path) -> None:
    path = tmp_path / "user_config.yaml"
    path.write_text(ST_RESNET)
    told = faults("st-model-zoo", str(path))
    assert "user_config.yaml:17: feature_extraction.to_db" in told
    assert "log_reference=NUMBER" in told
    made = record("st-model-zoo", str(path), "log_reference=25")
    assert (made.fft_samples, made.hop_samples, made.centred) == (1024, 320, True)
    assert (made.mel_scale, made.mel_norm) == (MelScale.SLANEY, MelNorm.SLANEY)
    assert (made.log, made.log_reference, made.lowest_log) == (LogKind.DB_POWER, 25.0, -80.0)
    assert (made.patch_frames, made.patch_overlap_frames, made.silence_gate) == (50, 12, None)


def test_a_faulty_configuration_of_st_is_told_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "user_config.yaml"
    text = ST_YAMNET.replace("n_mels: 64", "n_mel: 64").replace("160", "a few")
    path.write_text(text.replace("include_last_patch: False", "include_last_patch: True"))
    told = faults("st-model-zoo", str(path))
    assert "user_config.yaml:13: feature_extraction.n_mel" in told and "n_mels" in told
    assert "user_config.yaml:16: feature_extraction.hop_length: 'a few' is no number" in told
    assert "user_config.yaml:27: feature_extraction.include_last_patch" in told
    path.write_text("training: {}\n")
    assert "feature_extraction" in faults("st-model-zoo", str(path))
    assert "0 files" in faults("st-model-zoo")


def test_a_front_end_with_a_name_is_a_source() -> None:
    assert record("yamnet", "axes=bands_first").axes is Axes.BANDS_FIRST
    assert record("yamnet", "axes=bands_first").name == "yamnet"


def test_an_unknown_source_is_refused_with_the_nearest() -> None:
    assert "did you mean librosa?" in faults("libroza")
    assert set(SOURCES) >= {"librosa", "torchaudio", "tf.signal", "st-model-zoo", "micro_speech"}


ARGUMENTS = st.lists(
    st.builds(
        "{}={}".format,
        st.sampled_from(
            [
                *("sr", "n_fft", "hop_length", "win_length", "power", "fmin", "n_mfcc", "ref"),
                *("sample_rate", "frame_length", "frame_step", "fft_length", "stype", "top_db"),
                *("window_size_ms", "window_stride_ms", "clip_duration_ms", "log", "axes", "mean"),
                *("center", "norm", "window", "pcan", "mfcc", "lowest_log", "pad_mode"),
            ]
        ),
        st.sampled_from(["0", "-1", "1e300", "nan", "None", "512", "30.5", "max", "", "{}", "[1"]),
    ),
    max_size=6,
)


@given(source=st.sampled_from([one for one in SOURCES if one != "st-model-zoo"]), words=ARGUMENTS)
def test_any_arguments_are_a_record_or_faults(source: str, words: list[str]) -> None:
    try:
        imported(source, *words)
    except InputError as error:
        assert error.faults
