# SPDX-License-Identifier: Apache-2.0
"""The SBOM of an image, `sbom.cdx.json`: what is in it, with versions, licences and hashes.

CycloneDX 1.6: it has kinds for firmware and for models, scanners of dependencies read it, and it
demands neither a time nor a random number, so that the same image has the same SBOM. What is listed
is what the linker placed (its map), with what was compiled beside it marked as excluded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from generator.engines.engine import BUILTIN, FOREIGN_PART
from generator.project.applications import APP_PART, Application
from generator.project.file_list import file_hash
from generator.project.manifest import Project
from generator.project.names import MAP_FILE
from generator.toolchain.build import FirmwareImage
from generator.toolchain.linker_map import Placed, read_placed
from generator.toolchain.locate import CMSIS_DSP_VERSION, Toolchain

SPECIFICATION = ("CycloneDX", "1.6")
SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"

OWN_LICENCE = "Apache-2.0"
CMSIS_DSP_PART = "cmsis_dsp"
LIBGCC_LICENCE = "GPL-3.0-or-later WITH GCC-exception-3.1"
C_LIBRARIES = ("libc", "libc_nano", "libm", "libm_nano", "libnosys")
NEWLIB_LICENCE = "newlib: COPYING.NEWLIB and COPYING.LIBGLOSS of the compiler's distribution"
ENGINE_LICENCE = "of ST Edge AI Core, by STMicroelectronics; for its devices only"

_MEMBER = re.compile(r"(?:^|/)([^/]+)\.a\(([^()]+)\)?$")

Component = dict[str, Any]


def make_sbom(
    project: Project, application: Application, image: FirmwareImage, toolchain: Toolchain
) -> str:
    """The text of the SBOM; `project` is where the image was built."""
    info = project.info
    firmware: Component = {
        "type": "firmware",
        "bom-ref": "firmware",
        "name": info.name,
        "version": image.sha256[:12],
        "description": f"{info.application} with {info.model_name} for {info.board}",
        "hashes": _sha256(image.sha256),
        "properties": [
            {"name": "mel2metal:board", "value": info.board},
            {"name": "mel2metal:compiler", "value": toolchain.description},
            {"name": "mel2metal:engine", "value": info.engine},
        ],
    }
    components = _components(project, application, toolchain)
    linked = [one["bom-ref"] for one in components if one["scope"] == "required"]
    is_complete = info.engine == BUILTIN
    content = {
        "$schema": SCHEMA,
        "bomFormat": SPECIFICATION[0],
        "specVersion": SPECIFICATION[1],
        "version": 1,
        "metadata": {
            "tools": {
                "components": [
                    {
                        "type": "application",
                        "name": "mel2metal",
                        "version": info.generator_version,
                    }
                ]
            },
            "component": firmware,
        },
        "components": components,
        "dependencies": [
            {"ref": "firmware", "dependsOn": linked},
            *({"ref": one["bom-ref"]} for one in components),
        ],
        "compositions": [
            {
                # What a vendor's library holds, only the vendor knows.
                "aggregate": "complete" if is_complete else "incomplete_third_party_only",
                "assemblies": ["firmware"],
            }
        ],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _components(
    project: Project, application: Application, toolchain: Toolchain
) -> list[Component]:
    info, directory = project.info, project.directory
    placed = read_placed(directory / MAP_FILE)
    components = [
        _component("library", "mel2metal", info.generator_version, licence=OWN_LICENCE),
        _component("machine-learning-model", info.model_name, "", sha256=info.model_sha256),
    ]
    if application.is_users:
        files = _files(directory, (f"{APP_PART}/{name}" for name in application.files))
        components.append(_component("application", info.application, "", parts=files))
    cmsis = sorted(
        path.relative_to(directory).as_posix() for path in (directory / CMSIS_DSP_PART).rglob("*.c")
    )
    if cmsis:
        is_linked = any(one.object.startswith(f"{CMSIS_DSP_PART}/") for one in placed)
        components.append(
            _component(
                *("library", "CMSIS-DSP", CMSIS_DSP_VERSION),
                licence=OWN_LICENCE,
                parts=_files(directory, cmsis),
                is_linked=is_linked,
                about="" if is_linked else "compiled to compare with; nothing of it is linked",
                purl=f"pkg:pypi/cmsisdsp@{CMSIS_DSP_VERSION}",
            )
        )
    components += _archives(directory, placed, info.engine, toolchain)
    return components


def _archives(
    directory: Path, placed: Sequence[Placed], engine: str, toolchain: Toolchain
) -> list[Component]:
    """What came from libraries that were compiled elsewhere, with the members that were linked."""
    members: dict[str, set[str]] = {}
    for one in placed:
        match = _MEMBER.search(one.object)
        if match:
            members.setdefault(match[1], set()).add(match[2].removesuffix(".o"))
    found = []
    for library, names in sorted(members.items()):
        if library == "libgcc":
            made = _component("library", library, toolchain.version, licence=LIBGCC_LICENCE)
        elif library in C_LIBRARIES:
            made = _component("library", f"newlib {library}", "", named_licence=NEWLIB_LICENCE)
        else:
            archives = [
                path for path in (directory / FOREIGN_PART).rglob("*.a") if path.stem == library
            ]
            made = _component(
                *("library", library, engine.partition(" ")[2]),
                named_licence=ENGINE_LICENCE,
                sha256=file_hash(archives[0]) if archives else None,
            )
        made["properties"] = [{"name": "mel2metal:member", "value": name} for name in sorted(names)]
        found.append(made)
    return found


def _component(
    kind: str,
    name: str,
    version: str,
    *,
    licence: str = "",
    named_licence: str = "",
    sha256: str | None = None,
    parts: Sequence[Component] = (),
    is_linked: bool = True,
    about: str = "",
    purl: str = "",
) -> Component:
    """One component; `licence`: an SPDX expression, `named_licence`: what SPDX has no name for."""
    component: Component = {"type": kind, "bom-ref": f"{kind}:{name}", "name": name}
    if version:
        component["version"] = version
    if about:
        component["description"] = about
    component["scope"] = "required" if is_linked else "excluded"
    if sha256:
        component["hashes"] = _sha256(sha256)
    if licence:
        component["licenses"] = [{"expression": licence}]
    elif named_licence:
        component["licenses"] = [{"license": {"name": named_licence}}]
    if purl:
        component["purl"] = purl
    if parts:
        component["components"] = list(parts)
    return component


def _files(directory: Path, paths: Iterable[str]) -> list[Component]:
    hashes = ((path, file_hash(directory / path)) for path in sorted(paths))
    return [
        {"type": "file", "bom-ref": f"file:{path}", "name": path, "hashes": _sha256(value)}
        for path, value in hashes
        if value is not None
    ]


def _sha256(value: str) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": value}]
