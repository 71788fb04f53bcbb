# SPDX-License-Identifier: Apache-2.0
"""The model card as Markdown, printed from the JSON."""

from __future__ import annotations

from scoring.accuracy import Accuracy
from training.card import Card, Scores

OUTPUTS = {
    "softmax": "a softmax over",
    "sigmoid": "a sigmoid for each of",
}

_CAUSAL = (
    "Its convolutions are causal in time: no row depends on a later frame, so that little is left",
    "to compute after a patch's last one (docs/training.md).",
)

_OPTIMISM = (
    "The shipped configuration was chosen by cross-validation of ESC-10's folds 1, 2, 3, 4, so its "
    "scores on them are",
    "optimistic; docs/training.md has the figure of a nested one, where the training folds alone "
    "choose.",
    "",
)

_OPTIMISM_OF_CAUSAL = (
    "But for the padding, the configuration is the one that cross-validation of these folds chose",
    "for the network with same padding; nothing was chosen for this one (docs/training.md).",
    "",
)


def _percent(accuracy: Accuracy) -> str:
    return f"{100 * accuracy.value:.2f} % | {100 * accuracy.low:.1f} to {100 * accuracy.high:.1f} %"


def print_card(card: Card) -> str:
    """The card as Markdown."""
    lines = [
        f"# {card.name}",
        "",
        "Int8 audio classifier for microcontrollers: the first six blocks of YAMNet, a global",
        "average and a dense head. Input: patches of "
        f"{card.config.input.frames} frames x {card.config.input.bands} mel bands, int8, scale "
        f"{card.config.input.scale:.9f}, zero",
        f"point {card.config.input.zero_point}, from this project's own fixed-point front-end "
        f"(docs/frontend.md). Output: {OUTPUTS[card.config.head.kind]}",
        f"{len(card.labels)} classes: {', '.join(card.labels)}.",
        *(_CAUSAL if card.config.network.time_padding == "causal" else ()),
        "",
        "Written by `make train` from the JSON file of the same name.",
        "",
        "## What it scores",
        "",
    ]
    if card.cross_validation is None:
        lines += ["Not measured with this configuration: run `make cv`, then `make train`.", ""]
    else:
        lines += [
            f"Clip accuracy, cross-validated over folds {_listed(card.data.folds)}: each fold is "
            "decided by a model that was",
            "trained, by the same configuration, on the other ones. Int8 is what the chip "
            "computes: fixed-point",
            "front-end with the silence gate, reference int8 kernels. The interval is Wilson's, "
            "95 %.",
            "",
            *_score_table(card.cross_validation),
            "",
            *_optimism(card),
        ]
    if card.thresholded is not None:
        lines += [
            "With the thresholds below, which these held-out clips chose, so that the numbers are "
            "a little flattered:"
            if card.thresholds
            else f"With the threshold {card.config.decision.threshold} of its decision file:",
            "",
            *_score_table(card.thresholded),
            "",
        ]
    if card.rejections_text:
        lines += [f"Of the held-out clips, {card.rejections_text}.", ""]
    lines += _thresholds(card)
    lines += [
        f"The model itself was trained on all of folds {_listed(card.data.folds)}. "
        f"On those very clips it decides {card.training_clips.correct} of",
        f"{card.training_clips.total} rightly, which checks the files and is no accuracy.",
        "Any other fold was neither trained on nor looked at: `make evaluate FOLDS=5` measures it.",
        "",
        "## What it was made of",
        "",
        f"- Data: {card.data.name}, folds {_listed(card.data.folds)}, {card.data.clips} clips, "
        f"sha256 over all of them `{card.data.sha256}`.",
    ]
    if card.data.licences:
        counted = ", ".join(f"{name}: {count}" for name, count in card.data.licences.items())
        lines.append(f"  Licences of the clips: {counted}.")
    lines += [
        f"- Start: `{card.backbone.name}`, {card.backbone.licence}, "
        f"sha256 `{card.backbone.sha256}`.",
        f"- Front-end: sha256 over its cells for a fixed signal `{card.front_end_sha256}`.",
        f"- Seed {card.config.seed}; "
        + ", ".join(f"{name} {version}" for name, version in card.versions.items())
        + ".",
        "",
        "## How to make it again",
        "",
        "```",
        *card.commands,
        "```",
        "",
        "## Files",
        "",
        "| file | sha256 |",
        "|---|---|",
        *(f"| `{name}` | `{digest}` |" for name, digest in card.files.all().items()),
        "",
    ]
    return "\n".join(lines)


def _optimism(card: Card) -> tuple[str, ...]:
    """How far the clips had a say in the configuration."""
    if not card.data.folds_of_esc50:
        return ()
    return _OPTIMISM_OF_CAUSAL if card.config.network.time_padding == "causal" else _OPTIMISM


def _score_table(scores: Scores) -> list[str]:
    return [
        "| fold | float32 | interval | int8 | interval |",
        "|---|---|---|---|---|",
        *(
            f"| {fold} | {_percent(scores.float32[fold])} | {_percent(scores.int8[fold])} |"
            for fold in scores.int8
        ),
        f"| all | {_percent(scores.float32_all)} | {_percent(scores.int8_all)} |",
    ]


def _thresholds(card: Card) -> list[str]:
    """The chosen thresholds with their figures on the held-out clips."""
    if not card.thresholds:
        return []
    names = card.labels if len(card.thresholds) == len(card.labels) else ("all classes",)
    rows = [
        f"| {name} | {one.share:.3f} | {one.measure} {one.value:.3f} | {100 * one.answered:.1f} % |"
        for name, one in zip(names, card.thresholds, strict=True)
    ]
    return [
        "Thresholds on the mean score, chosen on the held-out clips (docs/train-your-own.md); "
        "answered is the share of",
        "clips that reach them:",
        "",
        "| class | threshold | on held-out clips | answered |",
        "|---|---|---|---|",
        *rows,
        "",
    ]


def _listed(folds: tuple[int, ...]) -> str:
    return ", ".join(str(fold) for fold in folds)
