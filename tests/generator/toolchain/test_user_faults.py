# SPDX-License-Identifier: Apache-2.0
"""What compiler and linker say of the user's C, as the compilers print it, becomes faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import InputError
from generator.project.applications import MONITOR, Application
from generator.toolchain.build import BuildError
from generator.toolchain.user_faults import Remarks, fault_of_user

APP = Application(name="my_app", folder=Path("code/my_app"))
LD = "/opt/arm/bin/../lib/gcc/arm-none-eabi/13.2.1/../../../../arm-none-eabi/bin/ld: "


def faults_of(*said: str) -> list[str]:
    error = fault_of_user(BuildError("l475-my_app does not build", said), APP)
    assert isinstance(error, InputError)
    return [str(fault) for fault in error.faults]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            ("app/main.c:7:5: error: expected ';' before 'return'",),
            "code/my_app/main.c:7: expected ';' before 'return'",
        ),
        (
            ("app/main.c:1:10: fatal error: pins.h: No such file or directory",),
            "code/my_app/main.c:1: pins.h: No such file or directory",
        ),
        (("app/fast.S:4: Error: bad instruction `movv r0'",), "code/my_app/fast.S:4: bad instr"),
        (
            (
                f"{LD}out/core/startup.o: in function `start':",
                "./core/startup.c:93:(.text.start+0xac): undefined reference to `main'",
            ),
            "code/my_app: no file of it defines main",
        ),
        (
            (
                f"{LD}out/app/main.o: in function `loud':",
                "./app/main.c:9:(.text.loud+0x2): undefined reference to `sinf'",
            ),
            "code/my_app/main.c: calls sinf, which nothing in the image defines",
        ),
        (
            (
                f"{LD}out/library/mel2metal.o: in function `m2m_push':",
                "./library/mel2metal.c:81: multiple definition of `m2m_push'; "
                "out/app/main.o:./app/main.c:3: first defined here",
            ),
            "code/my_app/main.c: defines m2m_push, which the project has already",
        ),
        (
            (f"{LD}region `RAM' overflowed by 985168 bytes",),
            "code/my_app: the image is 985,168 bytes too large for RAM",
        ),
    ],
)
def test_a_fault_by_the_users_own_names(said: tuple[str, ...], told: str) -> None:
    (fault,) = faults_of("  LINK    out/mel2metal.elf", *said, "make: *** [out] Error 1")
    assert told in fault


def test_many_faults_are_counted() -> None:
    said = [f"app/main.c:{line}:1: error: 'x{line}' undeclared" for line in range(20)]
    faults = faults_of(*said)
    assert len(faults) == 9
    assert "and 12 more" in faults[-1]


def test_what_is_not_the_users_stays_as_it_was() -> None:
    error = BuildError("x does not build", ("core/startup.c:9:1: error: no",))
    assert fault_of_user(error, APP) is error
    said = (f"{LD}out/core/fault.o:", "./core/fault.c:9: undefined reference to `fault_report'")
    error = BuildError("x does not build", said)
    assert fault_of_user(error, APP) is error


def test_in_an_application_of_ours_nothing_is_the_users() -> None:
    error = BuildError("x does not build", ("app/main.c:9:1: error: no",))
    assert fault_of_user(error, MONITOR) is error


def test_remarks_are_kept_and_steps_passed_on() -> None:
    passed: list[str] = []
    remarks = Remarks(APP, passed.append)
    for line in (
        "  CC      app/main.c",
        "app/main.c: In function 'loud':",
        "app/main.c:3:7: warning: unused variable 'x' [-Wunused-variable]",
        "    3 |   int x;",
        "  LINK    out/mel2metal.elf",
    ):
        remarks(line)
    assert passed == ["  CC      app/main.c", "  LINK    out/mel2metal.elf"]
    assert remarks.lines == (
        "code/my_app/main.c: In function 'loud':",
        "code/my_app/main.c:3:7: warning: unused variable 'x' [-Wunused-variable]",
        "    3 |   int x;",
    )
