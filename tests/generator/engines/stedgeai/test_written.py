# SPDX-License-Identifier: Apache-2.0
"""What generated files say, in the spellings of several generations of the tool."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from generator.engines.stedgeai.versions import ToolVersion
from generator.engines.stedgeai.written import FILES, Wanted, read_written
from generator.errors import ToolError

OLD = ToolVersion(None, (7, 3, 0))

NETWORK_H_7 = """
#define AI_NETWORK_IN_NUM        (1)
#define AI_NETWORK_IN { \\
  AI_BUFFER_OBJ_INIT(AI_BUFFER_FORMAT_S8, 96, 64, 1, 1, NULL), \\
}
#define AI_NETWORK_IN_1_SIZE        (96 *  64 *  1)
#define AI_NETWORK_OUT_NUM       (1)
#define AI_NETWORK_OUT { \\
  AI_BUFFER_OBJ_INIT(AI_BUFFER_FORMAT_FLOAT, 1, 1, 10, 1, NULL), \\
}
#define AI_NETWORK_OUT_1_SIZE       (1 *  1 *  10)
"""
PARAMS_7 = """
#define AI_NETWORK_DATA_ACTIVATIONS_SIZE     (112128)
#define AI_NETWORK_DATA_WEIGHTS_SIZE         (139176)
"""
CONFIG_7 = "".join(
    f"#define AI_TOOLS_VERSION_{name} {value}\n"
    for name, value in (("MAJOR", 7), ("MINOR", 3), ("MICRO", 0))
)


@pytest.fixture
def wanted(tmp_path: Path) -> Wanted:
    model = tmp_path / "model.tflite"
    model.write_bytes(b"model")
    return Wanted(model, frames=96, bands=64, classes=10)


def write(folder: Path, **other: str) -> Path:
    folder.mkdir()
    signature = hashlib.md5(b"model").hexdigest()
    texts = {
        "network.h": NETWORK_H_7,
        "network.c": f'#define AI_NETWORK_MODEL_SIGNATURE     "{signature}"\n',
        "network_config.h": CONFIG_7,
        "network_data_params.h": PARAMS_7,
        **{name.replace("__", "."): text for name, text in other.items()},
    }
    for name in FILES["legacy"]:
        (folder / name).write_text(texts.get(name, "/* */\n"))
    return folder


def test_x_cube_ai_7(tmp_path: Path, wanted: Wanted) -> None:
    written = read_written(write(tmp_path / "out"), "legacy", OLD, wanted)
    assert (written.activation_bytes, written.weight_bytes) == (112128, 139176)
    assert written.score_format == "float32"
    assert sorted(written.files) == sorted(FILES["legacy"])


def test_line_ends_of_windows(tmp_path: Path, wanted: Wanted) -> None:
    folder = write(tmp_path / "out")
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    written = read_written(folder, "legacy", OLD, wanted)
    assert (written.activation_bytes, written.score_format) == (112128, "float32")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("network.h", "S8, 96", "FLOAT, 96"), "AI_NETWORK_IN_1_FORMAT is AI_BUFFER_FORMAT_FLOAT"),
        (("network.h", "(96 *  64", "(96 *  32"), "has 3072 values of the input"),
        (("network.h", "1 *  10)", "1 *  12)"), "has 12 values of the output"),
        (("network.h", "IN_NUM        (1)", "IN_NUM        (2)"), "has 2 inputs"),
        (("network_config.h", "MINOR 3", "MINOR 2"), "generated files are of version 7.2.0"),
        (("network_data_params.h", "112128", "many"), "should be a number"),
        (("network.c", '"', '"0xAB'), "made from another model"),
    ],
)
def test_what_does_not_fit_is_told(
    tmp_path: Path, wanted: Wanted, change: tuple[str, str, str], words: str
) -> None:
    file, old, new = change
    folder = write(tmp_path / "out")
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    with pytest.raises(ToolError) as caught:
        read_written(folder, "legacy", OLD, wanted)
    assert words in str(caught.value)


def test_an_empty_file_is_told(tmp_path: Path, wanted: Wanted) -> None:
    folder = write(tmp_path / "out", network_data__c="")
    (folder / "network_data.c").write_text("")
    with pytest.raises(ToolError, match=r"wrote empty files: network_data\.c"):
        read_written(folder, "legacy", OLD, wanted)
