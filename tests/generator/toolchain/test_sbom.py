# SPDX-License-Identifier: Apache-2.0
"""The SBOM against the rules of CycloneDX 1.6, and against the image."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.firmware import Firmware
from generator.project.applications import MEASURE
from generator.project.file_list import read_file_list
from generator.project.manifest import Project, read_project
from generator.project.names import MAP_FILE, SBOM_FILE
from generator.toolchain.locate import find_toolchain
from generator.toolchain.sbom import make_sbom

TOP = {
    *("$schema", "bomFormat", "specVersion", "version", "metadata", "components"),
    *("dependencies", "compositions"),
}
"""Of the specification's keys, those that are used; it allows no others than its own."""

COMPONENT = {
    *("type", "bom-ref", "name", "version", "description", "scope", "hashes", "licenses"),
    *("purl", "components", "properties"),
}
KINDS = {"application", "library", "firmware", "file", "machine-learning-model"}
AGGREGATES = {"complete", "incomplete_third_party_only"}


def every_component(sbom: dict[str, Any]) -> Iterator[dict[str, Any]]:
    waiting = [sbom["metadata"]["component"], *sbom["components"]]
    while waiting:
        component = waiting.pop()
        yield component
        waiting += component.get("components", [])


def check(sbom: dict[str, Any]) -> None:
    """What the specification asks of each part that is used."""
    assert set(sbom) == TOP
    assert (sbom["bomFormat"], sbom["specVersion"]) == ("CycloneDX", "1.6")
    assert isinstance(sbom["version"], int)
    assert sbom["version"] >= 1
    references = [component["bom-ref"] for component in every_component(sbom)]
    assert len(references) == len(set(references))
    for component in every_component(sbom):
        assert {"type", "name"} <= set(component) <= COMPONENT
        assert component["type"] in KINDS
        assert component["name"]
        assert component.get("scope", "required") in {"required", "optional", "excluded"}
        for value in component.get("hashes", ()):
            assert set(value) == {"alg", "content"}
            assert value["alg"] == "SHA-256"
            assert re.fullmatch(r"[0-9a-f]{64}", value["content"])
        for one in component.get("licenses", ()):
            assert set(one) in ({"expression"}, {"license"})
            assert "expression" not in one or len(component["licenses"]) == 1
        for one in component.get("properties", ()):
            assert set(one) == {"name", "value"}
            assert all(isinstance(text, str) for text in one.values())
    named = {one["ref"] for one in sbom["dependencies"]}
    assert len(named) == len(sbom["dependencies"])
    wanted = {one for row in sbom["dependencies"] for one in row.get("dependsOn", ())}
    assert named | wanted <= set(references)
    for one in sbom["compositions"]:
        assert one["aggregate"] in AGGREGATES
        assert set(one["assemblies"]) <= set(references)


def sbom_of(firmware: Firmware) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((firmware.image.project_dir / SBOM_FILE).read_bytes())
    return content


def test_the_sbom_of_an_image(tiny_firmware: Firmware) -> None:
    sbom, image = sbom_of(tiny_firmware), tiny_firmware.image
    check(sbom)
    binary = hashlib.sha256(image.bin.read_bytes()).hexdigest()
    assert sbom["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": binary}]
    by_name = {one["name"]: one for one in sbom["components"]}
    assert list(by_name) == ["mel2metal", image.model_name, "CMSIS-DSP"]
    assert by_name[image.model_name]["hashes"][0]["content"] == image.model_sha256
    cmsis = by_name["CMSIS-DSP"]
    assert (cmsis["version"], cmsis["scope"]) == ("1.10.3", "excluded")
    for file in cmsis["components"]:
        content = (image.project_dir / file["name"]).read_bytes()
        assert file["hashes"][0]["content"] == hashlib.sha256(content).hexdigest()
    assert sbom["dependencies"][0]["dependsOn"] == [
        *("library:mel2metal", f"machine-learning-model:{image.model_name}")
    ]


def test_it_is_the_same_each_time_and_on_the_list_of_files(tiny_firmware: Firmware) -> None:
    directory = tiny_firmware.image.project_dir
    text = (directory / SBOM_FILE).read_text(encoding="utf-8")
    project = read_project(directory)
    assert make_sbom(project, MEASURE, tiny_firmware.image, find_toolchain()) == text
    listed = read_file_list(directory)
    assert listed is not None
    assert listed[SBOM_FILE] == hashlib.sha256(text.encode()).hexdigest()
    assert str(directory) not in text


MAP = """
Linker script and memory map

 .text.main     0x0000000008000100       0x20 out/app/main.o
 .text          0x0000000008000200       0x40 /opt/gcc/lib/libgcc.a(_udivmoddi4.o)
 .text          0x0000000000000000       0x40 /opt/gcc/lib/libgcc.a(_divdi3.o)
 .rodata.a_very_long_name_that_stands_alone
                0x0000000008000300       0x40 /opt/my gcc/lib/libm_nano.a(libm_a-expf.o)
 .text.run      0x0000000008000400       0x40 engine/Lib/NetworkRuntime1000_CM33_GCC.a(run.o)
 .text.arm_cfft 0x0000000008000500       0x40 out/cmsis_dsp/Source/arm_cfft_q31.o
 .debug_info    0x0000000000001234       0x40 /opt/gcc/lib/libgcc.a(_muldi3.o)
"""


@pytest.fixture
def foreign(tiny_firmware: Firmware, tmp_path: Path) -> Project:
    """A project of a vendor's engine, of the user's own C, with more libraries in its map."""
    info = read_project(tiny_firmware.image.project_dir).info
    for path, content in {
        MAP_FILE: MAP,
        "engine/Lib/NetworkRuntime1000_CM33_GCC.a": "library",
        "cmsis_dsp/Source/arm_cfft_q31.c": "source",
        "app/main.c": "int main(void);",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    return Project(tmp_path, dataclasses.replace(info, engine="stedgeai 3.0.0", application="mine"))


def test_libraries_and_the_users_own_files(foreign: Project, tiny_firmware: Firmware) -> None:
    mine = dataclasses.replace(MEASURE, name="mine", folder=Path("mine"), files={"main.c": b""})
    sbom = json.loads(make_sbom(foreign, mine, tiny_firmware.image, find_toolchain()))
    check(sbom)
    by_name = {one["name"]: one for one in sbom["components"]}
    members = {
        name: [value["value"] for value in one.get("properties", ())]
        for name, one in by_name.items()
    }
    assert members["libgcc"] == ["_udivmoddi4"]
    assert members["newlib libm_nano"] == ["libm_a-expf"]
    assert by_name["libgcc"]["licenses"] == [
        {"expression": "GPL-3.0-or-later WITH GCC-exception-3.1"}
    ]
    engine = by_name["NetworkRuntime1000_CM33_GCC"]
    assert engine["version"] == "3.0.0"
    assert engine["hashes"][0]["content"] == hashlib.sha256(b"library").hexdigest()
    assert by_name["CMSIS-DSP"]["scope"] == "required"
    assert [file["name"] for file in by_name["mine"]["components"]] == ["app/main.c"]
    assert sbom["compositions"][0]["aggregate"] == "incomplete_third_party_only"
