# SPDX-License-Identifier: Apache-2.0
"""`python -m tools.audit [FILE ...]`: pinned packages against the database of known weaknesses.

Runs pip-audit over the sets in requirements/, each as it is pinned; nothing is installed or
resolved. Exit code 0: none is known; 1: some are, listed with what mends them; 2: a file is not
there; 3: the database could not be asked, or pip-audit is not there.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PINS = Path("requirements")
PIP_AUDIT = (sys.executable, "-m", "pip_audit")
OPTIONS = ("--disable-pip", "--no-deps", "--progress-spinner", "off", "--format", "json")
"""All is pinned with its hash: pip has nothing to find out."""

EXIT_FOUND, EXIT_INPUT, EXIT_TOOL = 1, 2, 3
LAST_LINES, SHOWN = 3, 5


class NoAnswerError(Exception):
    """pip-audit ended without an answer; the text is what it said last."""


@dataclass(frozen=True, slots=True, order=True)
class Weakness:
    """One known weakness of one pinned package."""

    package: str
    version: str
    identifier: str
    mended_in: str
    """Versions; "" where there is none yet."""

    @property
    def text(self) -> str:
        """One line for people."""
        mended = f"mended in {self.mended_in}" if self.mended_in else "mended in no version yet"
        return f"{self.package} {self.version}: {self.identifier}, {mended}"


def audit(pins: Path, command: Sequence[str] = PIP_AUDIT) -> tuple[int, list[Weakness]]:
    """How many packages one set pins, and what is known of them; raises NoAnswerError."""
    done = subprocess.run(
        [*command, *OPTIONS, "-r", str(pins)], capture_output=True, text=True, check=False
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
        found = [
            Weakness(one["name"], one["version"], weak["id"], ", ".join(weak["fix_versions"]))
            for one in packages
            for weak in one.get("vulns", ())
        ]
    except (ValueError, KeyError, TypeError):
        said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise NoAnswerError("; ".join(said[-LAST_LINES:]) or f"exit {done.returncode}") from None
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    if skipped:
        # pip-audit itself calls that no known vulnerability.
        named = ", ".join(skipped[:SHOWN]) + (", ..." if len(skipped) > SHOWN else "")
        of_all = f"{len(skipped)} of {len(packages)} packages"
        raise NoAnswerError(f"nothing was learned of {of_all}: {named}")
    return len(packages), sorted(found)


def main(arguments: Sequence[str] | None = None, command: Sequence[str] = PIP_AUDIT) -> int:
    """Check the named files, or all of requirements/; print what was found."""
    parser = argparse.ArgumentParser(prog="tools.audit", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="default: all of requirements/*.txt")
    files = parser.parse_args(arguments).files or sorted(PINS.glob("*.txt"))
    missing = [str(path) for path in files if not path.is_file()]
    if missing or not files:
        print(f"{', '.join(missing) or PINS / '*.txt'}: there is no such file", file=sys.stderr)
        return EXIT_INPUT
    found: list[Weakness] = []
    for path in files:
        print(f"[audit]    {path}", flush=True)
        try:
            count, weak = audit(path, command)
        except NoAnswerError as error:
            print(
                f"{path}: the database of known weaknesses gave no answer ({error}).\n"
                "remedy: `make audit` needs the internet; behind a proxy set HTTPS_PROXY, "
                "then run it again",
                file=sys.stderr,
            )
            return EXIT_TOOL
        lines = [one.text for one in weak] or [f"{count} packages, no weakness is known"]
        print("".join(f"           {line}\n" for line in lines), end="", flush=True)
        found += weak
    if found:
        print("remedy: raise the versions (`make lock UPGRADE=1`), and run the tests")
    return EXIT_FOUND if found else 0


if __name__ == "__main__":
    sys.exit(main())
