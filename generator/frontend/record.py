# SPDX-License-Identifier: Apache-2.0
"""The record of a front-end: what a model was trained to hear, key by key.

It is beside the model as `<stem>.frontend.yaml`. Every key means what the float64 formula of
docs/frontend.md says it does; the integer specification follows from it. What is written here is
what the user states: whether it can be computed is asked by `generator.frontend.checks`.
"""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class WindowShape(StrEnum):
    """Shapes of the window."""

    HANN = "hann"
    HAMMING = "hamming"
    BLACKMAN = "blackman"
    RECTANGULAR = "rectangular"


class ZerosAt(StrEnum):
    """Where zeros fill a window up to the length of the transform."""

    BOTH_SIDES = "both_sides"
    """The window is in the middle of the frame; a frame is `fft_samples` long (librosa)."""
    END = "end"
    """A frame is `window_samples` long, and zeros follow it (tf.signal.stft)."""


class Spectrum(StrEnum):
    """What of a bin is summed."""

    MAGNITUDE = "magnitude"
    POWER = "power"


class MelScale(StrEnum):
    """From hertz to mel."""

    HTK = "htk"
    """2595 log10(1 + f/700)."""
    SLANEY = "slaney"
    """Linear up to 1 kHz, logarithmic above (Auditory Toolbox; librosa's default)."""


class MelNorm(StrEnum):
    """The height of a triangle."""

    NONE = "none"
    """Peak 1."""
    SLANEY = "slaney"
    """Area 1: 2 / (its upper edge - its lower edge), in hertz."""


class TriangleSides(StrEnum):
    """In what a triangle's sides are straight."""

    HERTZ = "hertz"
    MEL = "mel"
    """tf.signal.linear_to_mel_weight_matrix, TFLite Micro."""


class LogKind(StrEnum):
    """The logarithm of a band's sum."""

    NONE = "none"
    LN = "ln"
    LOG10 = "log10"
    DB_POWER = "db_power"
    """10 log10."""
    DB_AMPLITUDE = "db_amplitude"
    """20 log10."""


class Axes(StrEnum):
    """The order of the model's input."""

    FRAMES_FIRST = "frames_first"
    BANDS_FIRST = "bands_first"


class DctNorm(StrEnum):
    """Scale of the DCT-II of n values."""

    ORTHO = "ortho"
    """sqrt(2/n), the first coefficient sqrt(1/n)."""
    TF = "tf"
    """sqrt(2/n) for every coefficient: tf.signal.mfccs_from_log_mel_spectrograms."""
    NONE = "none"
    """2, as scipy's dct without norm."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Mfcc(_Section):
    """DCT-II over the logarithms of a frame's bands."""

    coefficients: int
    """Values of a frame, counted from `first`."""
    first: int = 0
    """1 leaves the first, the frame's loudness, out."""
    norm: DctNorm = DctNorm.ORTHO
    lifter: float = 0.0
    """librosa's: coefficient k times 1 + lifter/2 sin(pi (k + 1) / lifter); 0: none."""


class Pcan(_Section):
    """Noise reduction and per-channel amplitude normalisation, as TFLite Micro's front-end has it.

    The defaults are those of micro_speech.
    """

    smoothing_bits: int = 10
    even_smoothing: float = 0.025
    odd_smoothing: float = 0.06
    min_signal_remaining: float = 0.05
    strength: float = 0.95
    offset: float = 80.0
    gain_bits: int = 21
    log_shift: int = 6
    """Its output is round(2^log_shift ln(…)), an integer of 16 bits."""
    output_scale: float = 10.0 / 256.0
    """Real value of one step of that output."""
    enabled: bool = True
    """False: noise reduction alone."""


class SilenceGate(_Section):
    """Frames that end in silence are dropped (ADR 0003): as the model was trained."""

    threshold_rms: int = 2
    """A hop is loud when its RMS about its own mean reaches this many steps of int16."""
    hangover_ms: float = 400.0
    """How long the gate stays open after the last loud hop."""


class FrontendRecord(_Section):
    """`<stem>.frontend.yaml`. Defaults are what most libraries have, not what any one model has."""

    name: str = ""
    """What reports call it."""

    sample_rate_hz: int
    sample_full_scale: float = 1.0
    """What a sample of full scale is to the formula: 1 for samples / 32768, 32768 for int16."""
    pre_emphasis: float = 0.0
    """x[n] - pre_emphasis x[n - 1], with x[-1] = 0; 0: none."""

    window_samples: int
    hop_samples: int
    fft_samples: int
    window: WindowShape = WindowShape.HANN
    window_symmetric: bool = False
    """False: periodic, as every library has it for spectra; True: w[0] = w[window_samples - 1]."""
    zeros: ZerosAt = ZerosAt.BOTH_SIDES
    centred: bool = False
    """True: frame i is centred on sample i * hop_samples; beyond the clip are zeros."""
    spectrum: Spectrum = Spectrum.MAGNITUDE

    bands: int
    low_hz: float
    high_hz: float
    mel_scale: MelScale = MelScale.HTK
    mel_norm: MelNorm = MelNorm.NONE
    triangles: TriangleSides = TriangleSides.HERTZ

    log: LogKind = LogKind.LN
    log_offset: float = 0.0
    """Added to a band's sum before the logarithm."""
    log_floor: float = 0.0
    """A smaller sum becomes this before the logarithm (librosa: amin)."""
    log_reference: float = 1.0
    """The sum that becomes 0 dB: a number, since a device cannot know a clip's maximum."""
    lowest_log: float | None = None
    """Logarithms below become this: 0 dB - 80 dB stands for top_db=80 with a fixed reference."""

    pcan: Pcan | None = None
    """In place of the logarithm."""
    mfcc: Mfcc | None = None
    mean: float | tuple[float, ...] = 0.0
    """Subtracted from a value: one number, or one a band (coefficient)."""
    deviation: float | tuple[float, ...] = 1.0
    """Divides what is left; the model sees (value - mean) / deviation."""

    axes: Axes = Axes.FRAMES_FIRST
    patch_overlap_frames: int | None = None
    """Frames that a patch shares with the one before it; None: a fourth of them,
    rounded down; none for a model that keeps variables from patch to patch."""
    patch_frames: int | None = None
    """Frames of a patch, where the model's own shape does not tell; else it must agree."""
    silence_gate: SilenceGate | None = Field(default=None)
    """None: every frame reaches the network."""

    @property
    def features(self) -> int:
        """Values of a frame: bands, or MFCC coefficients."""
        return self.mfcc.coefficients if self.mfcc else self.bands

    @property
    def frame_samples(self) -> int:
        """Samples of a frame: from its first to its last, zeros of the transform not counted."""
        return self.window_samples if self.zeros is ZerosAt.END else self.fft_samples

    @property
    def sha256(self) -> str:
        """Of its canonical JSON: every key, sorted, without blanks. It tells front-ends apart."""
        plain = self.model_dump(mode="json")
        text = json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()
