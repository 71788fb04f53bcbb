# SPDX-License-Identifier: Apache-2.0
"""How much a Keras model asks for: parameters and values of all layers, from its configuration.

Shapes follow from layer to layer as Keras computes them, without Keras. A layer of a kind that is
not known here counts with all the numbers of its configuration multiplied: more than it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from training.keras_layers import Config, Shape, UnknownError, config_of, count, known_layer

MOST_LAYERS = 10_000
"""Layers, those of a model within a model counted at each of its calls."""

MODELS = frozenset({"Functional", "Model", "Sequential"})

ABSURD = 1 << 80
"""More need not be told apart."""

NOT_SIZES = frozenset(
    {"axis", "max_value", "min_value", "seed", "shared_object_id", "threshold", "trainable"}
)
"""Numbers that make room for nothing."""


class TooManyLayersError(ValueError):
    """More than MOST_LAYERS."""


@dataclass
class Sizes:
    """What a model asks for."""

    parameters: int = 0
    values: int = 0
    """Of the outputs of all layers, for one patch."""
    largest: str = ""
    """The layer with the most of both."""
    known: bool = True
    """Whether every layer was of a kind that is computed exactly."""
    _most: int = field(default=0, repr=False)
    _layers: int = field(default=0, repr=False)

    def add(self, name: str, parameters: int, values: int) -> None:
        """One call of a layer; its parameters are 0 from the second call on."""
        self.parameters += parameters
        self.values += values
        if parameters + values > self._most:
            self._most, self.largest = parameters + values, name

    def enter(self) -> None:
        """Count a layer; raises TooManyLayersError."""
        self._layers += 1
        if self._layers > MOST_LAYERS:
            raise TooManyLayersError(f"more than {MOST_LAYERS} layers")


def sizes_of(model: Any) -> Sizes:
    """The sizes of a model's configuration: `config.json` of an archive, `model_config` of HDF5.

    Raises TooManyLayersError.
    """
    sizes = Sizes()
    if isinstance(model, Mapping):
        _model(model, None, sizes)
    return sizes


def _model(model: Mapping[str, Any], given: Sequence[Shape] | None, sizes: Sizes) -> Shape:
    """Add a model's layers; the shape of its (last) output. `given`: the shapes of its inputs."""
    config = model.get("config")
    if isinstance(config, list):  # a Sequential of Keras 1
        config = {"layers": config}
    config = config if isinstance(config, Mapping) else {}
    layers = config.get("layers")
    if not isinstance(layers, list):
        sizes.known = False
        return given[0] if given else ()
    described = [one for one in layers if isinstance(one, Mapping)]
    if model.get("class_name") == "Sequential":
        return _sequential(config, described, given, sizes)
    return _functional(described, given, sizes)


def _sequential(
    config: Config, layers: Sequence[Config], given: Sequence[Shape] | None, sizes: Sizes
) -> Shape:
    shape = given[0] if given else _shape(config.get("build_input_shape"))
    for layer in layers:
        own = _own_shape(layer)
        shape = own if own and not given else shape
        shape = _call(layer, [shape], sizes, is_first=True)
    return shape


def _functional(layers: Sequence[Config], given: Sequence[Shape] | None, sizes: Sizes) -> Shape:
    """In the order of the file, which Keras writes so that inputs come first."""
    made: dict[str, Shape] = {}
    inputs = iter(given or ())
    last: Shape = ()
    for layer in layers:
        name = str(layer.get("name") or config_of(layer).get("name"))
        nodes = layer.get("inbound_nodes")
        nodes = nodes if isinstance(nodes, list) else []
        if layer.get("class_name") == "InputLayer":
            last = next(inputs, ()) or _own_shape(layer)
            sizes.enter()
            sizes.add(f"InputLayer {name[:80]!r}", 0, min(count(last), ABSURD))
            made[name] = last
            continue
        for index, node in enumerate(nodes):
            taken = [made.get(source, shape) for source, shape in _sources(node)]
            last = _call(layer, taken or [()], sizes, is_first=not index)
            made[name] = last
    return last


def _sources(node: Any, depth: int = 0) -> Iterator[tuple[str, Shape]]:
    """The layers that a node takes from, each with the shape that the file says."""
    if depth > 8:
        return
    if isinstance(node, Mapping):
        config = node.get("config")
        if node.get("class_name") == "__keras_tensor__" and isinstance(config, Mapping):
            history = config.get("keras_history")
            if isinstance(history, list) and history:
                yield str(history[0]), _shape(config.get("shape"))
            return
        for one in node.values():
            yield from _sources(one, depth + 1)
    elif isinstance(node, list):
        if len(node) >= 3 and isinstance(node[0], str):  # Keras 2: name, node, tensor
            yield node[0], ()
            return
        for one in node:
            yield from _sources(one, depth + 1)


def _call(layer: Config, taken: Sequence[Shape], sizes: Sizes, *, is_first: bool) -> Shape:
    """Add one call of a layer; the shape of its output."""
    sizes.enter()
    kind, config = str(layer.get("class_name")), config_of(layer)
    name = f"{kind} {str(config.get('name'))[:80]!r}"
    if kind in MODELS:
        return _model(layer, taken, sizes)
    try:
        shape, parameters = known_layer(kind, config, taken)
    except (UnknownError, TypeError, ValueError, LookupError, ArithmeticError):
        sizes.known = False
        factor = _product(_numbers(config))
        parameters = factor * _channels(taken[0]) if factor > 1 else 0
        shape = (None, min(factor * count(taken[0]), ABSURD)) if factor > 1 else taken[0]
    sizes.add(name, min(parameters, ABSURD) if is_first else 0, min(count(shape), ABSURD))
    return shape


# --- What a configuration says ------------------------------------------------------------------


def _own_shape(layer: Config) -> Shape:
    config = config_of(layer)
    return _shape(config.get("batch_shape") or config.get("batch_input_shape"))


def _shape(value: Any) -> Shape:
    if not isinstance(value, list) or not all(one is None or type(one) is int for one in value):
        return ()
    return tuple(None if one is None else max(one, 0) for one in value)


def _channels(shape: Shape) -> int:
    return max((one for one in shape[1:] if one is not None), default=1)


def _numbers(value: Any, key: str = "") -> Iterator[int]:
    """Every number above 1 of a configuration that may be a size."""
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _numbers(one, str(name))
    elif isinstance(value, list):
        for one in value:
            yield from _numbers(one, key)
    elif type(value) is int and abs(value) > 1 and key not in NOT_SIZES:
        yield min(abs(value), 1 << 40)


def _product(numbers: Iterator[int]) -> int:
    product = 1
    for one in numbers:
        product *= one
        if product > ABSURD:
            return ABSURD
    return product
