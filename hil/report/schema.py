# SPDX-License-Identifier: Apache-2.0
"""`python -m hil.report.schema`: write the JSON Schemas of a run's files.

A test holds the files in docs/schema/ against the classes that the reports are written from.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from generator.repository import REPO_ROOT
from hil.report.details import DETAILS_SCHEMA, Details
from hil.report.evidence import EVIDENCE_SCHEMA, Evidence
from hil.report.files import write_text
from hil.report.model import REPORT_SCHEMA, Report

SCHEMA_DIR = REPO_ROOT / "docs" / "schema"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each file by its name, as in `report-1.schema.json`."""
    models: tuple[tuple[str, type[BaseModel]], ...] = (
        (REPORT_SCHEMA, Report),
        (DETAILS_SCHEMA, Details),
        (EVIDENCE_SCHEMA, Evidence),
    )
    return {_file_name(name): _schema_of(name, model) for name, model in models}


def schema_text(schema: dict[str, Any]) -> str:
    """As it stands in its file."""
    return json.dumps(schema, indent=2) + "\n"


def _file_name(name: str) -> str:
    return f"{name.removeprefix('mel2metal-').replace('/', '-')}.schema.json"


def _schema_of(name: str, model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(mode="serialization")
    return {"$schema": DIALECT, **schema, "title": name}


def main(folder: Path = SCHEMA_DIR) -> int:
    """Write the files."""
    for name, schema in schemas().items():
        write_text(folder / name, schema_text(schema))
        print(folder / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
