# SPDX-License-Identifier: Apache-2.0
"""What can be imported, by name: `mel2metal frontend --from NAME ...`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from generator.errors import Fault, InputError
from generator.frontend.importers.arguments import Arguments, Imported, read_arguments
from generator.frontend.importers.librosa import from_librosa
from generator.frontend.importers.micro_speech import from_micro_speech
from generator.frontend.importers.st_model_zoo import from_st_model_zoo
from generator.frontend.importers.tf_signal import from_tf_signal
from generator.frontend.importers.torchaudio import from_torchaudio
from generator.frontend.presets import PRESETS
from generator.frontend.record_text import PRESET_KEY
from generator.spelling import did_you_mean

CALLS: Mapping[str, Callable[[Arguments], Imported]] = MappingProxyType(
    {
        "librosa": from_librosa,
        "torchaudio": from_torchaudio,
        "tf.signal": from_tf_signal,
        "micro_speech": from_micro_speech,
    }
)
ST_MODEL_ZOO = "st-model-zoo"
SOURCES = (*CALLS, ST_MODEL_ZOO, *PRESETS)


def import_record(source: str, words: Sequence[str]) -> Imported:
    """The record that a source's arguments make. Raises `InputError` with every fault."""
    if source in CALLS:
        return CALLS[source](read_arguments(source, words))
    if source in PRESETS:
        return read_arguments(source, words).finish({PRESET_KEY: source})
    if source == ST_MODEL_ZOO:
        files = [word for word in words if "=" not in word]
        if len(files) != 1:
            what = f"{len(files)} files are named"
            remedy = f"mel2metal frontend --from {source} user_config.yaml"
            raise InputError([Fault(f"--from {source}", what, remedy)])
        others = [word for word in words if "=" in word]
        return from_st_model_zoo(Path(files[0]), read_arguments(source, others))
    raise InputError([Fault("--from", f"{source!r} is not known", did_you_mean(source, SOURCES))])
