# SPDX-License-Identifier: Apache-2.0
"""What the tool wrote, read back and checked before anything is compiled.

The header of the generated network is the contract with our adapter: its macros say how large the
activations are and in which format input and output lie. network_c_info.json says what was made
from which model by which version, and has an MD5 of every file.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.bounded_json import load_json
from generator.engines.stedgeai.versions import ToolVersion
from generator.errors import ToolError

NAME = "network"
C_INFO = f"{NAME}_c_info.json"
FILES = {
    "st-ai": (f"{NAME}.c", f"{NAME}.h", f"{NAME}_data.c", f"{NAME}_data.h", f"{NAME}_details.h"),
    "legacy": (
        *(f"{NAME}.c", f"{NAME}.h", f"{NAME}_config.h", f"{NAME}_data.c", f"{NAME}_data.h"),
        *(f"{NAME}_data_params.c", f"{NAME}_data_params.h"),
    ),
}
"""What each C interface consists of."""

FORMATS = {
    "STAI_FORMAT_S8": "int8",
    "STAI_FORMAT_U8": "uint8",
    "STAI_FORMAT_FLOAT32": "float32",
    "AI_BUFFER_FORMAT_S8": "int8",
    "AI_BUFFER_FORMAT_U8": "uint8",
    "AI_BUFFER_FORMAT_FLOAT": "float32",
}

_DEFINE = re.compile(r"^[ \t]*#define[ \t]+(\w+)[ \t]+(.+?)[ \t]*$", re.M)
_PRODUCT = re.compile(r"\d+(\s*\*\s*\d+)*")
_OLD_FORMAT = r"#define {name}\s*\{{[^#]*?\b(AI_BUFFER_FORMAT_\w+)"
"""X-CUBE-AI 7 has the format in the initialiser of the buffers alone."""

AGAIN = "run again; if it happens twice, run the tool by hand and report what it writes"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the generated network must be."""

    model: Path
    frames: int
    bands: int
    classes: int


@dataclass(frozen=True, slots=True)
class Written:
    """A generated network that passed every check."""

    api: str
    files: dict[str, bytes]
    """C sources and headers by name, and what the tool says of them."""
    activation_bytes: int
    weight_bytes: int
    score_format: str
    """int8, uint8 or float32."""


def read_written(folder: Path, api: str, version: ToolVersion, wanted: Wanted) -> Written:
    """Read and check what `generate` left in `folder`; ToolError for the first fault."""
    files = _read_files(folder, api, version)
    info = _read_info(folder) if (folder / C_INFO).is_file() else None
    if info is not None:
        _check_sums(files, info)
    prefix = "STAI_NETWORK" if api == "st-ai" else "AI_NETWORK"
    macros: dict[str, str] = {}
    for name in FILES[api]:
        if name.endswith(".h"):
            macros |= _macros_of(_text_of(files[name]))
    sources = _text_of(files[f"{NAME}.c"])
    _check_version(api, version, macros, info)
    _check_model(prefix, {**macros, **dict(_DEFINE.findall(sources))}, wanted, info)
    _check_shape(prefix, macros, wanted)
    if api == "st-ai":
        activations = _number(macros, "STAI_NETWORK_ACTIVATIONS_SIZE_BYTES")
        weights = _number(macros, "STAI_NETWORK_WEIGHTS_SIZE_BYTES")
        count = _number(macros, "STAI_NETWORK_ACTIVATIONS_NUM")
    else:
        activations = _number(macros, "AI_NETWORK_DATA_ACTIVATIONS_SIZE")
        weights = _number(macros, "AI_NETWORK_DATA_WEIGHTS_SIZE")
        count = _number(
            {"AI_NETWORK_DATA_ACTIVATIONS_COUNT": "1", **macros},
            "AI_NETWORK_DATA_ACTIVATIONS_COUNT",
        )
    if count != 1:
        raise ToolError(
            f"the tool spread the activations over {count} memories; the adapter has one for them",
            "generate without a memory pool description",
        )
    memory = (info or {}).get("memory_footprint", {})
    return Written(
        api=api,
        files=files,
        activation_bytes=max(activations, int(memory.get("activations", 0))),
        weight_bytes=max(weights, int(memory.get("weights", 0))),
        score_format=_format(macros, f"{prefix}_OUT_1_FORMAT", ("int8", "uint8", "float32")),
    )


def _text_of(content: bytes) -> str:
    """With line feeds alone: on Windows the tool ends its lines as Windows does."""
    return content.decode("utf-8", "replace").replace("\r\n", "\n")


def _macros_of(header: str) -> dict[str, str]:
    macros = dict(_DEFINE.findall(header))
    for name in ("AI_NETWORK_IN", "AI_NETWORK_OUT"):
        found = re.search(_OLD_FORMAT.format(name=name), header)
        if found:
            macros.setdefault(f"{name}_1_FORMAT", found[1])
    return macros


def _read_files(folder: Path, api: str, version: ToolVersion) -> dict[str, bytes]:
    needed = [*FILES[api], *([C_INFO] if version.has_two_apis else [])]
    missing = [name for name in needed if not (folder / name).is_file()]
    if missing:
        there = ", ".join(sorted(path.name for path in folder.glob("*"))) or "nothing"
        raise ToolError(
            f"{version.title} says that it is done, but did not write {', '.join(missing)} "
            f"for the {api} interface; it wrote {there}",
            AGAIN,
        )
    files = {
        path.name: path.read_bytes() for path in sorted(folder.glob("*.[ch]")) if path.is_file()
    }
    if (folder / C_INFO).is_file():
        files[C_INFO] = (folder / C_INFO).read_bytes()
    empty = [name for name in FILES[api] if not files[name].strip()]
    if empty:
        raise ToolError(f"{version.title} wrote empty files: {', '.join(empty)}", AGAIN)
    return files


def _read_info(folder: Path) -> dict[str, Any]:
    try:
        info = load_json((folder / C_INFO).read_text(encoding="utf-8"))
        dict(info["memory_footprint"])
        info["environment"]["generated_model"]["model_files"][0]
        info["environment"]["tools"][0]["input_model"]
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise ToolError(f"{C_INFO} is cut off or of an unknown form ({error})", AGAIN) from None
    return dict(info)


def _check_sums(files: dict[str, bytes], info: dict[str, Any]) -> None:
    """The tool's own sums of its files: a file that was cut off shows here."""
    wrong = []
    for one in info["environment"]["generated_model"]["model_files"]:
        content, signature = files.get(str(one["name"])), str(one["signature"])
        if content is not None and _md5(content) != _hexadecimal(signature):
            wrong.append(str(one["name"]))
    if wrong:
        raise ToolError(
            f"{', '.join(wrong)}: not as the tool wrote it, by its own sum in {C_INFO}; "
            "cut off, or changed since",
            AGAIN,
        )


def _check_version(
    api: str, version: ToolVersion, macros: dict[str, str], info: dict[str, Any] | None
) -> None:
    """The generated files must be of the version that the banner and so the library have."""
    said = ""
    if info is not None:
        said = str(info["environment"]["tools"][0].get("version", "")).split("-")[0]
    elif api == "legacy" and "AI_TOOLS_VERSION_MAJOR" in macros:
        parts = ("MAJOR", "MINOR", "MICRO")
        said = ".".join(macros.get(f"AI_TOOLS_VERSION_{part}", "0").strip("()") for part in parts)
    known = {".".join(map(str, one)) for one in (version.core, version.cube) if one}
    if said and said not in known:
        raise ToolError(
            f"the generated files are of version {said}, the tool and its run-time library of "
            f"{' = '.join(sorted(known))}",
            "one of them is left from another installation: name the whole one with STEDGEAI=…",
        )


def _check_model(
    prefix: str, macros: dict[str, str], wanted: Wanted, info: dict[str, Any] | None
) -> None:
    """The signature of a model is the MD5 of its file."""
    name = f"{prefix}_ORIGIN_MODEL_SIGNATURE" if prefix[0] == "S" else f"{prefix}_MODEL_SIGNATURE"
    said = macros.get(name, "").strip('"')
    if not said and info is not None:
        model_files = info["environment"]["tools"][0]["input_model"].get("model_files") or [{}]
        said = str(model_files[0].get("signature", ""))
    ours = _md5(wanted.model.read_bytes())
    if _hexadecimal(said) != ours:
        raise ToolError(
            f"the generated network was made from another model: its signature is "
            f"{said or 'missing'}, that of {wanted.model.name} is 0x{ours}",
            AGAIN,
        )


def _check_shape(prefix: str, macros: dict[str, str], wanted: Wanted) -> None:
    _format(macros, f"{prefix}_IN_1_FORMAT", ("int8",))
    for name, value, what in (
        (f"{prefix}_IN_NUM", 1, "inputs"),
        (f"{prefix}_OUT_NUM", 1, "outputs"),
        (f"{prefix}_IN_1_SIZE", wanted.frames * wanted.bands, "values of the input"),
        (f"{prefix}_OUT_1_SIZE", wanted.classes, "values of the output"),
    ):
        said = _number(macros, name)
        if said != value:
            raise ToolError(
                f"the generated network has {said} {what} ({name}), the model has {value}", AGAIN
            )


def _format(macros: dict[str, str], name: str, allowed: Sequence[str]) -> str:
    said = macros.get(name, "").strip("() ")
    kind = FORMATS.get(said.split("|")[0].strip(), "")
    if kind not in allowed:
        raise ToolError(
            f"{name} is {said or 'missing'}; the adapter takes {' or '.join(allowed)}",
            "generate without options for the type of input and output",
        )
    return kind


def _number(macros: dict[str, str], name: str) -> int:
    text = macros.get(name, "").replace("(", " ").replace(")", " ").strip()
    if not _PRODUCT.fullmatch(text):
        raise ToolError(f"{name} is {macros.get(name, 'missing')}, and should be a number", AGAIN)
    return math.prod(int(factor) for factor in text.split("*"))


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _hexadecimal(signature: str) -> str:
    return signature.lower().removeprefix("0x")
