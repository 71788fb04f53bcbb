# SPDX-License-Identifier: Apache-2.0
"""The raised threshold and the equal channels: what they change, and what they must not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from generator.repository import DEFAULT_MODEL

pytest.importorskip("tensorflow")

import h5py
import keras

from generator.errors import InputError
from training.config import FitConfig, TrainingConfig
from training.fit import Examples, apply_temperature, fit
from training.layer_equalisation import equalise_last_layers
from training.network import BACKBONE, HEAD_NAME, build_network, load_backbone
from training.patches import InputScale, Patches, dequantise
from training.quantise import quantise
from training.relu_threshold import raise_relu_threshold

pytestmark = pytest.mark.slow

BY = InputScale(0.054722581058740616, 40)
LAST = f"{BACKBONE[-1].name}_bn"


def make_network(frames: int = 16, seed: int = 3) -> Any:
    """Small patches, the shipped backbone, a random head of three classes."""
    network = build_network(frames, 64, 3, seed=seed, dropout=0.0)
    load_backbone(network, DEFAULT_MODEL.with_suffix(".keras"))
    return network


def make_patches(count: int, frames: int = 16) -> Patches:
    """Noise whose level and colour differ from patch to patch."""
    rng = np.random.default_rng(count)
    level = rng.uniform(-60, 60, (count, 1, 1)) + rng.uniform(-30, 30, (count, 1, 64))
    return np.clip(rng.normal(level, 20, (count, frames, 64)), -128, 127).astype(np.int8)


def last_inputs(network: Any, patches: Patches) -> np.ndarray:
    trunk = keras.Model(network.input, network.get_layer(LAST).output)
    return np.asarray(trunk(dequantise(patches, BY)[..., np.newaxis], training=False))


def test_the_threshold_goes_up_by_deviations_of_each_channel() -> None:
    network, patches = make_network(), make_patches(70)  # more than a batch
    before = last_inputs(network, patches).astype(np.float64)
    statistics = network.get_layer(LAST).get_weights()[1:]
    spread = raise_relu_threshold(network, patches, BY, 1.5)
    assert np.allclose(spread, before.std(axis=(0, 1, 2)), rtol=1e-4, atol=1e-5)
    assert np.allclose(last_inputs(network, patches), before - 1.5 * spread, atol=1e-4)
    for kept, was in zip(network.get_layer(LAST).get_weights()[1:], statistics, strict=True):
        assert np.array_equal(kept, was)


def write_published(path: Path, network: Any) -> None:
    """The backbone of `network` in the form of ST's file."""
    with h5py.File(path, "w") as file:
        for block in BACKBONE:
            kernel = "depthwise_kernel" if block.is_depthwise else "kernel"
            (weights,) = network.get_layer(block.name).get_weights()
            file[f"model/{block.source}/{kernel}:0"] = weights
            names = ("beta", "moving_mean", "moving_variance")
            for name, value in zip(
                names, network.get_layer(f"{block.name}_bn").get_weights(), strict=True
            ):
                file[f"model/{block.source}/bn/{name}:0"] = value


def test_only_the_published_backbone_is_raised(tmp_path: Path) -> None:
    ours = DEFAULT_MODEL.with_suffix(".keras")
    published = tmp_path / "backbone.h5"
    write_published(published, make_network())
    frames = list(make_patches(4, 100))
    examples = Examples(frames, np.eye(2, dtype=np.float32)[[0, 1, 0, 1]])

    def offsets(source: Path, deviations: float) -> dict[str, np.ndarray]:
        settings = FitConfig(peak_deviations=deviations, head_steps=5, epochs=0)
        network = fit(examples, source, TrainingConfig(fit=settings)).network
        return {
            f"{block.name}_bn": network.get_layer(f"{block.name}_bn").get_weights()[0]
            for block in BACKBONE
        }

    plain, raised = offsets(published, 0.0), offsets(published, 1.0)
    for name, before in plain.items():
        assert np.array_equal(before, raised[name]) == (name != LAST)
    assert (raised[LAST] <= plain[LAST]).all()
    again = offsets(ours, 1.0)
    for name, before in plain.items():
        assert np.array_equal(before, again[name])


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_backbone_that_is_cut_is_reported(tmp_path: Path, suffix: str, share: float) -> None:
    whole = tmp_path / f"whole{suffix}"
    network = build_network(16, 64, 3, seed=1, dropout=0.0)
    if suffix == ".keras":
        network.save(whole)
    else:
        write_published(whole, network)
    content = whole.read_bytes()
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError) as caught:
        load_backbone(network, cut)
    (fault,) = caught.value.faults
    assert fault.where == str(cut)
    assert fault.what.startswith("is not a complete ")
    assert fault.remedy.startswith("fetch the file anew")


def test_a_flatter_head_decides_the_same_of_one_patch() -> None:
    network, patches = make_network(), make_patches(6)
    values = dequantise(patches, BY)[..., np.newaxis]
    before = np.asarray(network(values, training=False), np.float64)
    apply_temperature(network, 2.0)
    after = np.asarray(network(values, training=False), np.float64)
    root = np.sqrt(before)
    assert np.allclose(after, root / root.sum(axis=1, keepdims=True), atol=1e-5)


def test_equal_channels_are_the_same_network() -> None:
    network, patches = make_network(), make_patches(12)
    values = dequantise(patches, BY)[..., np.newaxis]
    trunk = keras.Model(network.input, network.get_layer("average").output)
    before, spread = np.asarray(network(values)), np.asarray(trunk(values)).std(axis=0)
    factors = equalise_last_layers(network, values)
    assert (factors > 0).all()
    assert np.exp(np.log(factors).mean()) == pytest.approx(1.0, rel=1e-4)
    assert np.allclose(np.asarray(network(values)), before, atol=1e-5)
    after = np.asarray(trunk(values)).std(axis=0)
    assert np.allclose(after, spread * factors, rtol=1e-3, atol=1e-5)
    loud = spread > spread.mean()
    assert after[loud].max() < 1.1 * after[loud].min()


def test_one_patch_says_nothing_about_channels() -> None:
    network, patches = make_network(), make_patches(1)
    factors = equalise_last_layers(network, dequantise(patches, BY)[..., np.newaxis])
    assert np.allclose(factors, 1.0, rtol=1e-3)


def test_int8_costs_less_with_equal_channels() -> None:
    network, patches = make_network(96), make_patches(8, 96)
    louder = np.ones(BACKBONE[-1].channels, np.float32)
    louder[::7] = 30.0  # the same network, badly scaled
    convolution, normalisation = (network.get_layer(name) for name in (BACKBONE[-1].name, LAST))
    convolution.set_weights([convolution.get_weights()[0] * louder])
    offset, mean, variance = normalisation.get_weights()
    normalisation.set_weights([offset * louder, mean * louder, variance])
    kernel, bias = network.get_layer(HEAD_NAME).get_weights()
    network.get_layer(HEAD_NAME).set_weights([3 * kernel / louder[:, np.newaxis], bias])
    wanted = np.asarray(network(dequantise(patches, BY)[..., np.newaxis], training=False))

    def error(*, equalise: bool) -> float:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        interpreter = Interpreter(
            model_content=quantise(network, patches, BY, equalise=equalise),
            experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        )
        interpreter.allocate_tensors()
        entry = interpreter.get_input_details()[0]["index"]
        result = interpreter.get_output_details()[0]["index"]
        rows = []
        for patch in patches:
            interpreter.set_tensor(entry, patch[np.newaxis, ..., np.newaxis])
            interpreter.invoke()
            rows.append(interpreter.get_tensor(result)[0])
        return float(np.abs(np.stack(rows) - wanted).mean())

    assert error(equalise=True) < 0.5 * error(equalise=False)
