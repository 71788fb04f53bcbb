# SPDX-License-Identifier: Apache-2.0
"""`mel2metal frontend`: a record in words, made from a library's call, or held against features."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from rich.console import Console

from generator.commands.comparison_picture import draw_comparison
from generator.commands.model_options import FRONTEND_HELP, model_path
from generator.commands.sound_reader import need_reader
from generator.errors import Fault, InputError
from generator.frontend.checks import record_faults
from generator.frontend.comparison import compare_features
from generator.frontend.importers.arguments import Imported
from generator.frontend.importers.sources import SOURCES, import_record
from generator.frontend.input_range import suggestion
from generator.frontend.layout import axes_note, input_layout, patch_shape
from generator.frontend.record import FrontendRecord
from generator.frontend.record_file import FoundFrontend, find_frontend, read_record, write_record
from generator.frontend.record_text import record_text
from generator.host.frontend_twin import build_frontend_twin
from generator.model.graph import Graph
from generator.model.patches import patch_faults, patch_rule
from generator.model.tflite_reader import read_tflite
from generator.model.variables import keeps_state
from generator.terminal.frontend_lines import describe_patch, describe_record

FRONTEND_EXAMPLES = """\
examples:
  mel2metal frontend model.tflite                 its front-end in words
  mel2metal frontend mine.frontend.yaml           a record in words
  mel2metal frontend --from librosa sr=16000 n_fft=1024 hop_length=320 n_mels=64 \\
      -o model.frontend.yaml
  mel2metal frontend --from st-model-zoo user_config.yaml log_reference=40 -o m.frontend.yaml
  mel2metal frontend --from micro_speech window_size_ms=30 window_stride_ms=20
  mel2metal frontend --from yamnet axes=bands_first -o model.frontend.yaml
  mel2metal frontend model.tflite --compare features.npy clip.wav
"""


def add_frontend(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument(
        "arguments",
        nargs="*",
        metavar="ARGUMENT",
        help="a .tflite or a record; with --from NAME=VALUE, or ST's user_config.yaml",
    )
    parser.add_argument(
        "--from",
        dest="source",
        metavar="SOURCE",
        help=f"make a record from a call of {', '.join(SOURCES)}",
    )
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="write the record here")
    parser.add_argument("--force", action="store_true", help="replace the file that is there")
    parser.add_argument("--frontend", metavar="NAME_OR_FILE", help=FRONTEND_HELP)
    parser.add_argument(
        "--compare",
        nargs=2,
        type=Path,
        metavar=("FEATURES.npy", "CLIP"),
        help="your own features of a clip beside ours",
    )
    parser.add_argument(
        "--picture", type=Path, metavar="PNG", help="where --compare draws (default: FEATURES.png)"
    )
    parser.set_defaults(run=frontend)


def frontend(options: argparse.Namespace, console: Console) -> int:
    """Run it."""
    if options.source is not None:
        return _import(options, console)
    if len(options.arguments) > 1:
        what = f"{len(options.arguments)} arguments: {' '.join(options.arguments)}"
        remedy = "name one model or record, or say with --from where arguments come from"
        raise InputError([Fault("frontend", what, remedy)])
    named = Path(options.arguments[0]) if options.arguments else model_path(None)
    if options.compare is not None:
        return _compare(options, named, console)
    if named.suffix in (".yaml", ".yml"):
        record = read_record(named)
        _print_record(console, record, named.name)
        _print_faults(console, record)
        if record.patch_frames is not None:
            patches = patch_rule(record.patch_frames, record.patch_overlap_frames)
            console.print(describe_patch(record, patches), soft_wrap=True)
        return 0
    graph = read_tflite(named)
    found = find_frontend(named, options.frontend, graph)
    _print_record(console, found.record, found.source)
    if found.note:
        console.print(found.note, style="yellow", markup=False, soft_wrap=True)
    _print_model(console, named, graph, found)
    return 0


def _import(options: argparse.Namespace, console: Console) -> int:
    made: Imported = import_record(options.source, options.arguments)
    for note in made.notes:
        console.print(f"note: {note}", style="yellow", markup=False, soft_wrap=True)
    comment = f"mel2metal frontend --from {options.source} {' '.join(options.arguments)}".rstrip()
    if options.out is None:
        console.print(record_text(made.record, comment), markup=False, soft_wrap=True, end="")
        return 0
    write_record(options.out, made.record, comment, replace=options.force)
    _print_record(console, made.record, str(options.out))
    _print_faults(console, made.record)
    console.print(f"written: {options.out}", markup=False, soft_wrap=True)
    return 0


def _print_record(console: Console, record: FrontendRecord, source: str) -> None:
    title = f"front-end: {record.name or 'without a name'}, by {source}"
    for line in (title, *describe_record(record)):
        console.print(line, markup=False, soft_wrap=True)


def _print_faults(console: Console, record: FrontendRecord) -> None:
    """What keeps the firmware from being built with it: here a warning, there a refusal."""
    for fault in record_faults(record):
        console.print(f"WARNING: {fault}", style="yellow", markup=False, soft_wrap=True)


def _print_model(console: Console, path: Path, graph: Graph, found: FoundFrontend) -> None:
    layout, faults = input_layout(path.name, patch_shape(graph), found.record, found.where)
    faults += found.placed(record_faults(found.record))
    overlap, keeps = found.record.patch_overlap_frames, keeps_state(graph)
    if layout is not None:
        faults += found.placed(patch_faults(layout.frames, overlap, keeps_state=keeps))
    if layout is None or faults:
        raise InputError(faults or [Fault(path.name, "its input is no patch of frames")])
    patches = patch_rule(layout.frames, overlap, keeps_state=keeps)
    console.print(f"axes: {layout.axes.value}", markup=False)
    note = axes_note(path.name, layout, found.record)
    for line in (describe_patch(found.record, patches), note, *suggestion(graph)):
        if line:
            console.print(line, markup=False, soft_wrap=True)


def _compare(options: argparse.Namespace, model: Path, console: Console) -> int:
    features, clip = options.compare
    reader = need_reader(options.reader)
    graph = read_tflite(model)
    found = find_frontend(model, options.frontend, graph)
    quantised = graph.tensors[graph.inputs[0]].quantisation
    if quantised is None:
        what = "its input has no scale"
        raise InputError([Fault(model.name, what, "convert it with an int8 input")])
    not_computed = found.placed(record_faults(found.record))
    if not_computed:
        raise InputError(not_computed)
    theirs = _load(features)
    record = found.record.model_copy(update={"silence_gate": None})
    twin = build_frontend_twin(record, quantised.scale, quantised.zero_point)
    ours = twin.features(reader.samples(clip, record.sample_rate_hz))
    result = compare_features(theirs, ours, record, quantised.scale, quantised.zero_point)
    console.print(f"yours: {features}, {theirs.shape}; ours: {ours.shape}", soft_wrap=True)
    for line in result.lines():
        console.print(line, markup=False, soft_wrap=True)
    picture = options.picture or features.with_suffix(".png")
    if options.picture is None and picture.exists() and not options.force:
        text = f"no picture: {picture} is there already (--force, --picture)"
        console.print(text, markup=False, soft_wrap=True)
    else:
        console.print(draw_comparison(result, record, picture), markup=False, soft_wrap=True)
    return 0


def _load(path: Path) -> np.ndarray:
    try:
        loaded = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        remedy = "save one array with numpy.save"
        raise InputError([Fault(str(path), f"cannot be read: {error}", remedy)]) from None
    if not isinstance(loaded, np.ndarray):
        raise InputError([Fault(str(path), "holds several arrays", "save one with numpy.save")])
    return loaded
