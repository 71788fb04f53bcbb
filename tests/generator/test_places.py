# SPDX-License-Identifier: Apache-2.0
"""Where an installed mel2metal keeps its tools, and which packages its extras ask for."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest

from generator import extras
from generator.repository import IN_CHECKOUT, REPO_ROOT, TOOLS_DIR, user_cache_dir

REQUIRES = [
    "jinja2>=3.1",
    'pyserial>=3.5; extra == "hil"',
    'no-such-package; extra == "hil"',
    'mel2metal[hil]; extra == "train"',
    'tensorflow==2.21.*; extra == "train"',
]


def test_a_checkout_keeps_all_inside() -> None:
    assert IN_CHECKOUT
    assert TOOLS_DIR == REPO_ROOT / ".tools"


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({}, "linux", Path.home() / ".cache" / "mel2metal"),
        ({"XDG_CACHE_HOME": "/big/cache"}, "linux", Path("/big/cache/mel2metal")),
        ({"XDG_CACHE_HOME": "not/absolute"}, "linux", Path.home() / ".cache" / "mel2metal"),
        ({"XDG_CACHE_HOME": "/big"}, "darwin", Path.home() / "Library" / "Caches" / "mel2metal"),
        ({"MEL2METAL_CACHE": "/mine", "XDG_CACHE_HOME": "/big"}, "linux", Path("/mine")),
        ({"MEL2METAL_CACHE": "~/mine"}, "darwin", Path.home() / "mine"),
    ],
)
def test_the_cache_is_where_the_system_has_it(
    environment: dict[str, str], platform: str, expected: Path
) -> None:
    assert user_cache_dir(environment, platform) == expected


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: REQUIRES)
    monkeypatch.setattr(extras, "IN_CHECKOUT", False)


@pytest.mark.usefixtures("installed")
def test_an_extra_includes_those_that_it_names() -> None:
    assert extras.packages_of(None) == {"jinja2": ">=3.1"}
    assert extras.packages_of("hil") == {"pyserial": ">=3.5", "no-such-package": ""}
    assert extras.packages_of("train").keys() == {"pyserial", "no-such-package", "tensorflow"}


@pytest.mark.usefixtures("installed")
def test_the_remedy_names_the_extra_and_the_packages() -> None:
    error = extras.missing_extra("hil", "serial", extras.HIL)
    assert error.what == "`mel2metal hil` needs serial, which is not installed"
    assert "with its extra, 'mel2metal[hil]'" in error.remedy
    assert "`pipx inject mel2metal`: no-such-package" in error.remedy


def test_in_a_checkout_make_installs_them() -> None:
    assert extras.how_to_install(extras.TRAIN) == "`make train` installs it"
