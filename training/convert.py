# SPDX-License-Identifier: Apache-2.0
"""From a float model of your own to an int8 `.tflite` with all that stands beside it.

`to_int8` is the one call; docs/bring-your-own-model.md leads from features to the board.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from generator.errors import Fault, InputError
from generator.frontend.record import FrontendRecord
from generator.frontend.record_file import frontend_path, read_record
from generator.host.model_twin import label_faults
from generator.model.decision_file import settings_path
from generator.model.labels import labels_path
from generator.network import read_network
from generator.temporary import temporary_folder
from training.chip_features import ChipFeatures, record_of
from training.converted_card import Agreement, ConvertedCard, libraries, print_converted_card
from training.features import front_end_text
from training.float_models import (
    Features,
    FloatModel,
    float_scores,
    open_float_model,
    to_flatbuffer,
)
from training.patches import InputScale
from training.run_folder import sha256_of, write_atomically

MOST_PATCHES = 1000
"""For calibration and comparison; of more, that many are drawn with a fixed seed."""

LEAST_PATCHES = 20


def to_int8(
    model: Any,
    features: npt.ArrayLike,
    out: str | PathLike[str],
    *,
    labels: Sequence[str],
    frontend: ChipFeatures | FrontendRecord | str | PathLike[str],
    on_message: Callable[[str], None] = print,
) -> Path:
    """Convert a float model to int8 and write all that the firmware needs beside it.

    `model`: a Keras model, a `.keras` or `.h5` file, or the folder of a SavedModel; it takes one
    patch and gives one score for each class. `features`: some hundred patches of its training,
    float [patches, *input shape*], as given to `fit`; an axis of length 1 at the end may be left
    out. `out`: the `.tflite` to write. `labels`: the names of the classes, in the order of the
    scores. `frontend`: what made the features: the `ChipFeatures` that they came from, or a record,
    its file, or the name of one.

    Writes `<stem>.tflite`, `<stem>.labels.txt`, `<stem>.frontend.yaml`, and the card `<stem>.json`
    and `<stem>.md`; returns the `.tflite`. Nothing is written unless the firmware can run the
    model. Raises InputError with every fault, ToolError without TensorFlow or a C compiler, and
    OSError.
    """
    target = Path(out)
    opened = open_float_model(model)
    chip = frontend if isinstance(frontend, ChipFeatures) else None
    record = chip.record if chip is not None else record_of(frontend)  # type: ignore[arg-type]
    faults = _target_faults(target, record)
    faults += _label_faults(labels, opened)
    values, of_features = _check_features(features, opened)
    faults += of_features
    if faults or values is None:
        raise InputError(faults)
    chosen = _choose(values)
    on_message(f"[convert]  {opened.about}: {len(chosen)} patches set the ranges of its layers")
    content = to_flatbuffer(opened, chosen if chip is None else _with_ends(chosen, chip.scale))
    with temporary_folder() as scratch:
        made = scratch / target.name
        made.write_bytes(content)
        labels_path(made).write_text("".join(f"{one}\n" for one in labels), encoding="utf-8")
        frontend_path(made).write_text(front_end_text(record, target.stem), encoding="utf-8")
        network = read_network(made)  # refuses what the firmware cannot run
        graph = network.graph
        scale = InputScale(graph.input.scale, graph.input.zero_point)
        card = ConvertedCard(
            name=target.stem,
            source=opened.about,
            labels=tuple(labels),
            files={path.name: sha256_of(path) for path in (made, labels_path(made))},
            front_end_sha256=record.sha256,
            patches=len(values),
            input_scale=scale.scale,
            input_zero_point=scale.zero_point,
            agreement=_agreement(opened, content, chosen),
            versions=libraries(),
        )
    _write(target, content, labels, record, card)
    on_message(f"[convert]  {card.agreement.sentence()}")
    beside = "labels.txt, .frontend.yaml, .json and .md"
    on_message(f"[convert]  written: {target}, with .{beside} beside it")
    if settings_path(target).is_file():
        on_message(f"note: {settings_path(target).name} was left unchanged and still applies")
    return target


def _write(
    target: Path,
    content: bytes,
    labels: Sequence[str],
    record: FrontendRecord,
    card: ConvertedCard,
) -> None:
    """All files; the model, which makes the others matter, is the last."""
    write_atomically(labels_path(target), "".join(f"{one}\n" for one in labels))
    if not frontend_path(target).exists():
        write_atomically(frontend_path(target), front_end_text(record, target.stem))
    write_atomically(target.with_suffix(".json"), card.model_dump_json(indent=1) + "\n")
    write_atomically(target.with_suffix(".md"), print_converted_card(card))
    write_atomically(target, content)


def _target_faults(target: Path, record: FrontendRecord) -> list[Fault]:
    """What of the files that stand there must not be replaced."""
    faults = []
    if target.suffix != ".tflite":
        faults.append(Fault(str(target), "does not end in .tflite", "name it model.tflite"))
    beside = frontend_path(target)
    if beside.exists():
        there = read_record(beside)
        differing = [
            key
            for key in FrontendRecord.model_fields
            if key != "name" and getattr(there, key) != getattr(record, key)
        ]
        if differing:
            what = f"is there already and differs from `frontend` in {', '.join(differing)}"
            faults.append(Fault(str(beside), what, "remove it, or give it as `frontend`"))
    card = target.with_suffix(".json")
    if card.exists() and not ConvertedCard.is_one(card):
        what = "is there already, and is no card of an earlier conversion"
        faults.append(Fault(str(card), what, "move it, or name the model otherwise"))
    return faults


def _label_faults(labels: Sequence[str], model: FloatModel) -> list[Fault]:
    if isinstance(labels, str):
        return [Fault("labels", "is one text", 'give a list: ["dog", "rain"]')]
    faults = label_faults("labels", labels)
    twice = sorted({one for one in labels if list(labels).count(one) > 1})
    if twice:
        faults.append(Fault("labels", f"{', '.join(twice)} twice", "give each class its own name"))
    if model.outputs is not None and model.outputs != len(labels):
        what = f"{len(labels)} labels, but {model.about} gives {model.outputs} scores"
        faults.append(Fault("labels", what, "give a label for each score, in their order"))
    return faults


def _check_features(
    features: npt.ArrayLike, model: FloatModel
) -> tuple[Features | None, list[Fault]]:
    """The features in the shape of the model's input, and what is wrong with them."""
    try:
        values = np.asarray(features, dtype=np.float32)
    except (TypeError, ValueError) as error:
        remedy = "give one array: [patches, frames, bands]"
        return None, [Fault("features", f"are no array of numbers: {error}", remedy)]
    wanted = model.input_shape
    if values.ndim == len(wanted) and wanted and wanted[-1] == 1:
        values = values[..., np.newaxis]
    shape = values.shape[1:]
    fits = len(shape) == len(wanted) and all(
        length is None or length == given for length, given in zip(wanted, shape, strict=True)
    )
    faults = []
    if not fits:
        text = ", ".join("any" if one is None else str(one) for one in wanted)
        what = f"patches of shape {shape}, but {model.about} takes ({text})"
        faults.append(Fault("features", what, "give what the model was trained on, as to `fit`"))
    if len(values) < LEAST_PATCHES:
        what = f"{len(values)} patches: too few to set the ranges of the layers"
        faults.append(Fault("features", what, f"give {LEAST_PATCHES} or more of the training's"))
    if not np.isfinite(values).all():
        what = f"{int((~np.isfinite(values)).sum())} values are no finite numbers"
        remedy = "give the logarithm an offset or a floor, in the record too"
        faults.append(Fault("features", what, remedy))
    return values, faults


def _choose(values: Features) -> Features:
    """At most MOST_PATCHES of them, those with the least and the greatest value included."""
    if len(values) <= MOST_PATCHES:
        return values
    flat = values.reshape(len(values), -1)
    ends = {int(flat.min(axis=1).argmin()), int(flat.max(axis=1).argmax())}
    drawn = np.random.default_rng(1).choice(len(values), MOST_PATCHES - len(ends), replace=False)
    return values[sorted({*ends, *drawn.tolist()})]


def _with_ends(values: Features, scale: InputScale) -> Features:
    """With both ends of the input's int8 in the first patch, so that its scale is `scale`."""
    with_ends = values.copy()
    first = with_ends[0].reshape(-1)
    first[0], first[-1] = ((cell - scale.zero_point) * scale.scale for cell in (-128, 127))
    return with_ends


def _agreement(model: FloatModel, content: bytes, values: Features) -> Agreement:
    """How the int8 model decides the patches beside the float one."""
    interpreter: Any = Interpreter(
        model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_REF
    )
    interpreter.allocate_tensors()
    (entry,), (result,) = interpreter.get_input_details(), interpreter.get_output_details()
    scale, zero_point = entry["quantization"]
    cells = np.clip(np.rint(values / np.float32(scale)) + zero_point, -128, 127).astype(np.int8)
    rows = []
    for patch in cells:
        interpreter.set_tensor(entry["index"], patch[np.newaxis].reshape(entry["shape"]))
        interpreter.invoke()
        rows.append(interpreter.get_tensor(result["index"]).reshape(-1).astype(np.float64))
    step, zero = result["quantization"]
    ours, theirs = (np.array(rows) - zero) * step, float_scores(model, values)
    theirs = theirs.reshape(len(theirs), -1)
    return Agreement(
        patches=len(values),
        same_class=int((ours.argmax(axis=1) == theirs.argmax(axis=1)).sum()),
        largest_difference=float(np.abs(ours - theirs).max()),
    )
