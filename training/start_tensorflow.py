# SPDX-License-Identifier: Apache-2.0
"""TensorFlow brought up quietly, on what the machine has, before any module that uses it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from generator.errors import ToolError


def start_tensorflow(threads: int) -> str:
    """Import TensorFlow, bound its threads, and say in a line what it computes on.

    On processors its kernels are deterministic: the same seed gives the same bytes. Raises
    ToolError where TensorFlow is not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with muted():
            import tensorflow as tf
    except ModuleNotFoundError as error:
        raise ToolError(
            f"{error.name} is not installed",
            "use `make train` or `make cv`, which install the training packages",
        ) from error
    with suppress(RuntimeError):  # it is running already: its threads stay as they are
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    graphics = tf.config.list_physical_devices("GPU")
    if not graphics:
        tf.config.experimental.enable_op_determinism()
        cores = f"{threads} processor core{'' if threads == 1 else 's'}"
        return f"TensorFlow {tf.__version__} on {cores}: it finds no GPU"
    for graphic in graphics:
        tf.config.experimental.set_memory_growth(graphic, True)
    names = [tf.config.experimental.get_device_details(one).get("device_name") for one in graphics]
    return f"TensorFlow {tf.__version__} on {', '.join(map(str, names))}: bytes may differ by run"


@contextmanager
def muted() -> Iterator[None]:
    """Hold back what TensorFlow's own libraries write to stderr, unless an error comes of it.

    They bypass Python and know no log level that would quiet them all.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        kept = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except Exception:
            sys.stderr.flush()
            held.seek(0)
            os.write(kept, held.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
