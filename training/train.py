# SPDX-License-Identifier: Apache-2.0
"""The shipped model: every layer fine-tuned on all folds of the configuration, then quantised."""

from __future__ import annotations

import tempfile
from pathlib import Path

from rich.progress import Progress

from training.card import Card, Data, Files, Origin, licences_of, print_card, versions
from training.config import TrainingConfig
from training.cross_validate import digest_of_run, read_cross_validation
from training.dataset import DataSet, sha256_of_clips
from training.evaluate import decide_clips
from training.features import compile_front_end, extract, front_end_digest
from training.learn import input_scale, learn
from training.plots import draw_losses
from training.run_folder import sha256_of, write_whole
from training.scores import share_of


def train(
    config: TrainingConfig,
    data: DataSet,
    backbone: Path,
    *,
    run_folder: Path,
    out: Path,
    progress: Progress,
) -> Card:
    """Train, quantise, check and write `<name>.{keras,tflite,labels.txt,json,md}` into `out`.

    All is made in `run_folder` first; `out` changes only when everything is there. The card takes
    the cross-validated scores from the run folder if they belong to this very configuration.
    """
    from training.classifier import Classifier

    origin = Origin(name=backbone.name, sha256=sha256_of(backbone), licence="Apache-2.0")
    front_end = compile_front_end(input_scale(config))
    digest = digest_of_run(config, data, backbone, front_end)
    clips = extract(data.clips, front_end, progress)
    learnt = learn(clips, len(data.labels), backbone, config, progress=progress, title="training")

    names = {kind: f"{config.name}.{kind}" for kind in ("keras", "tflite", "labels.txt")}
    with tempfile.TemporaryDirectory(prefix="mel2metal-") as scratch:
        saved = Path(scratch) / names["keras"]
        learnt.network.save(saved)
        write_whole(run_folder / names["keras"], saved.read_bytes())
    write_whole(run_folder / names["tflite"], learnt.tflite)
    write_whole(run_folder / names["labels.txt"], "".join(f"{label}\n" for label in data.labels))
    write_whole(run_folder / "loss-final.png", draw_losses({"training": learnt.losses}))

    decisions = decide_clips(Classifier(run_folder / names["tflite"]), clips, progress)
    hashes = {kind: {name: sha256_of(run_folder / name)} for kind, name in names.items()}
    card = Card(
        name=config.name,
        labels=data.labels,
        files=Files(tflite=hashes["tflite"], keras=hashes["keras"], labels=hashes["labels.txt"]),
        data=Data(
            name="ESC-10 (K. J. Piczak, ESC: Dataset for Environmental Sound Classification, 2015)",
            folds=data.folds,
            clips=len(data.clips),
            sha256=sha256_of_clips(data.clips),
            licences=licences_of(data),
        ),
        backbone=origin,
        front_end_sha256=front_end_digest(front_end),
        config=config,
        versions=versions(),
        commands=("make cv      # with ESC10_DIR and MODELS_DIR set", "make train"),
        cross_validation=read_cross_validation(run_folder, digest),
        training_clips=share_of(decisions),
    )
    write_whole(run_folder / f"{config.name}.json", card.model_dump_json(indent=1) + "\n")
    write_whole(run_folder / f"{config.name}.md", print_card(card))
    for name in (*names.values(), f"{config.name}.json", f"{config.name}.md"):
        write_whole(out / name, (run_folder / name).read_bytes())
    return card
