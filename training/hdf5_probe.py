# SPDX-License-Identifier: Apache-2.0
"""An HDF5 file of a stranger, read from end to end by a process that may hang or crash instead.

The library follows what a damaged file says: it may search without end, take all memory, or end
the process. A file that this process came through holds none of that for who reads it next.

    python -m training.hdf5_probe FILE SECONDS

reads the file's bytes from stdin if FILE is `-`, and prints its attribute `model_config`.
"""

from __future__ import annotations

import io
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from generator.repository import SOURCE_ROOT

LEAST_S = 1
BYTES_A_SECOND = 20 << 20
"""Of processor time: a file of that size needs a tenth of it."""

LARGEST_MEMORY_BYTES = 4 << 30
LARGEST_DATASET_BYTES = 1 << 30


def probe_hdf5(file: Path | bytes, largest_text: int) -> bytes:
    """The model's configuration in a file, or in such bytes; empty where it has none.

    Raises ValueError where the file is damaged.
    """
    name, sent = (str(file.absolute()), None) if isinstance(file, Path) else ("-", file)
    size = file.stat().st_size if isinstance(file, Path) else len(file)
    limit_s = LEAST_S + size // BYTES_A_SECOND
    words = [sys.executable, "-m", "training.hdf5_probe", name, str(limit_s)]
    done = subprocess.run(words, input=sent, capture_output=True, cwd=SOURCE_ROOT, check=False)
    if done.returncode < 0:
        raise ValueError("its HDF5 is damaged: reading it does not come to an end")
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ValueError(f"its HDF5 is damaged: {lines[-1] if lines else 'it cannot be read'}")
    if len(done.stdout) > largest_text:
        raise ValueError(f"its configuration has more than {largest_text >> 20} MiB")
    return done.stdout


def _limit(kind: int, most: int) -> None:
    """Bound this process, or leave the bound that the user's shell or job has set lower."""
    _, hard = resource.getrlimit(kind)
    bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (bound, bound))


def main(arguments: Sequence[str]) -> int:
    """In the process of its own: read all of a file."""
    name, limit_s = arguments[0], int(arguments[1])
    _limit(resource.RLIMIT_CPU, limit_s)
    _limit(resource.RLIMIT_AS, LARGEST_MEMORY_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    import h5py

    def read(place: str, item: object) -> None:
        for attribute in item.attrs:  # type: ignore[attr-defined]
            item.attrs[attribute]  # type: ignore[attr-defined]
        if isinstance(item, h5py.Dataset):
            if item.nbytes > LARGEST_DATASET_BYTES:
                raise ValueError(f"{place[:80]} has {item.nbytes} bytes")
            item[()]

    try:
        source = io.BytesIO(sys.stdin.buffer.read()) if name == "-" else name
        with h5py.File(source) as file:
            file.visititems(read)
            text = file.attrs.get("model_config", b"")
        if not isinstance(text, str | bytes):
            raise ValueError("its model_config is no text")
        sys.stdout.buffer.write(text if isinstance(text, bytes) else text.encode())
    except Exception as error:
        print(f"{type(error).__name__}: {str(error).splitlines()[:1]}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
