# SPDX-License-Identifier: Apache-2.0
"""Start-up of TensorFlow: quiet, deterministic on CPUs, before any module that imports it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from generator.errors import ToolError
from generator.extras import TRAIN, how_to_install


def start_tensorflow(threads: int) -> str:
    """Import TensorFlow, set its threads; returns one line of text about the device.

    On CPUs its kernels are deterministic: the same seed gives the same bytes. Raises ToolError if
    TensorFlow is not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with silence_stderr():
            import tensorflow as tf
    except ModuleNotFoundError as error:
        raise ToolError(
            f"{error.name} is not installed",
            how_to_install(TRAIN),
        ) from error
    with suppress(RuntimeError):  # already initialised: the number of threads stays as it is
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        tf.config.experimental.enable_op_determinism()
        cores = f"{threads} processor core{'' if threads == 1 else 's'}"
        return f"TensorFlow {tf.__version__} on {cores}: it finds no GPU"
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    names = [tf.config.experimental.get_device_details(one).get("device_name") for one in gpus]
    return f"TensorFlow {tf.__version__} on {', '.join(map(str, names))}: bytes may differ by run"


@contextmanager
def silence_stderr() -> Iterator[None]:
    """Capture stderr (file descriptor 2) and discard it, unless an exception is raised.

    TensorFlow's libraries write to it directly and no log level silences all of them.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as captured:
        stderr = os.dup(2)
        os.dup2(captured.fileno(), 2)
        try:
            yield
        except Exception:
            sys.stderr.flush()
            captured.seek(0)
            os.write(stderr, captured.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(stderr, 2)
            os.close(stderr)
