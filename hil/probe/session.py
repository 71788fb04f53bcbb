# SPDX-License-Identifier: Apache-2.0
"""A debug session with one board, through pyOCD.

It connects under reset, so that what the firmware does, be it asleep or broken, does not matter.
In the end the chip is as power-on leaves it, as far as a debugger can see to that, and is reset by
its own pin once nobody is attached any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from generator.boards.record import BoardSpec
from generator.boards.registry import family_of
from generator.errors import ToolError
from hil.probe.attached import IN_USE_REMEDY, REMOTE, require_pyocd
from hil.probe.part import check_part
from hil.probe.targets import failure_in_words, target_for

PROBE_CLOCK_HZ = 4_000_000
"""What every ST-LINK and the short wires of these boards carry."""

_OPTIONS: dict[str, object] = {
    "connect_mode": "under-reset",
    "reset_type": "hw",
    "frequency": PROBE_CLOCK_HZ,
    "hide_programming_progress": True,
    # Files of the user's own directory do not change what a test run does.
    "no_config": True,
    # pyOCD would erase a protected chip on its own; only its owner may decide that.
    "auto_unlock": False,
    "warning.cortex_m_default": False,
}

VIRTUAL_VENDOR = "mel2metal"
"""Who makes virtual probes, by their own word."""

_ANY_TARGET = "cortex_m"
"""Target type for what needs no target."""

_CR_BEHIND_IDCODE = 0x04
"""DBGMCU_CR, in all families (RM0456, RM0351, RM0394, RM0432, RM0433, RM0455: debug support)."""
_DWT_CTRL, _FP_CTRL, _FP_KEY = 0xE000_1000, 0xE000_2000, 2


class ProbeAbsentError(ToolError):
    """No probe has the id that was asked for."""


def find_probe(probe_id: str) -> Any:
    """pyOCD's probe with exactly this id. Raises ProbeAbsentError.

    pyOCD itself takes a probe whose id merely contains what it is asked for, too.
    """
    from pyocd.core import exceptions
    from pyocd.probe.aggregator import DebugProbeAggregator

    try:
        probe = DebugProbeAggregator.get_probe_with_id(probe_id)
    except exceptions.Error as error:
        raise ProbeAbsentError(f"there is no probe {probe_id}: {error}") from error
    # The id of a remote probe is its address, which is completed by the port that pyOCD uses.
    is_remote = probe_id.startswith(REMOTE)
    if probe is None or not (is_remote or probe.unique_id == probe_id):
        raise ProbeAbsentError(
            f"there is no probe {probe_id}", "make boards lists what is plugged in"
        )
    if is_remote:
        from hil.probe.server_socket import ServerSocket

        host, _, port = probe.unique_id.removeprefix(REMOTE).rpartition(":")
        probe._socket = ServerSocket(host, int(port))
    return probe


@contextmanager
def debug_session(spec: BoardSpec, probe_id: str, pack: Path | None = None) -> Iterator[Any]:
    """A pyOCD session with the board's core halted after its reset vector.

    Raises ProbeAbsentError; WrongPartError and OptionBytesError before anything is changed; and
    ToolError for everything that pyOCD says went wrong.
    """
    require_pyocd()
    from pyocd.core import exceptions
    from pyocd.core.session import Session

    with _in_words(spec, probe_id):
        session = Session(find_probe(probe_id), auto_open=False, options=_options(spec, pack))
        # Where the probe goes away, what is done in the end fails as well: the first failure is
        # the one to tell.
        session.context_state.suppress_disconnect_error = True
        try:
            session.open()
            session.target.reset_and_halt()
            check_part(spec, session.target.read32, probe_id)
            yield session
        finally:
            if session.is_open:
                with suppress(exceptions.Error, OSError):
                    _leave_as_power_on(session, family_of(spec.family).identity.idcode_address)
            with suppress(exceptions.Error, OSError):
                session.disconnect()
            if session.probe.is_open:
                with suppress(exceptions.Error, OSError):
                    session.probe.reset()
            with suppress(exceptions.Error, OSError):
                session.close()


def hardware_reset(spec: BoardSpec, probe_id: str) -> None:
    """Pull the reset line for a moment; nothing is attached to the core. Raises as above."""
    require_pyocd()
    with _in_words(spec, probe_id), _open_probe(probe_id) as probe:
        probe.reset()


def is_virtual(probe_id: str) -> bool:
    """Whether a probe, be it behind a server, is a virtual board's. Raises ToolError."""
    require_pyocd()
    from pyocd.core import exceptions

    try:
        with _open_probe(probe_id) as probe:
            return bool(probe.vendor_name == VIRTUAL_VENDOR)
    except (exceptions.Error, OSError) as error:
        raise ToolError(
            f"the probe {probe_id} does not say what it is: {error}", "is its server alive?"
        ) from error


@contextmanager
def _open_probe(probe_id: str) -> Iterator[Any]:
    """The probe alone, open; nothing is attached to the core."""
    from pyocd.core import exceptions
    from pyocd.core.session import Session

    # An ST-LINK names a target type for its board, for which pyOCD would want a pack.
    options = dict(_OPTIONS, target_override=_ANY_TARGET)
    session = Session(find_probe(probe_id), auto_open=False, options=options)
    session.context_state.suppress_disconnect_error = True
    try:
        session.open(init_board=False)
        yield session.probe
    finally:
        with suppress(exceptions.Error, OSError):
            session.close()


def _options(spec: BoardSpec, pack: Path | None) -> dict[str, object]:
    options = dict(_OPTIONS, target_override=target_for(spec, pack))
    if pack is not None:
        options["pack"] = str(pack)
    return options


def _leave_as_power_on(session: Any, dbgmcu: int) -> None:
    """Clear what outlives a reset: only power-on clears DBGMCU_CR, and its DBG_SLEEP is a trap.

    DEMCR is cleared by pyOCD as it disconnects.
    """
    target = session.target
    target.halt()
    target.write32(dbgmcu + _CR_BEHIND_IDCODE, 0)
    target.write32(_FP_CTRL, _FP_KEY)
    target.write32(_DWT_CTRL, 0)


@contextmanager
def _in_words(spec: BoardSpec, probe_id: str) -> Iterator[None]:
    """Make a ToolError of what pyOCD raises."""
    from pyocd.core import exceptions

    try:
        yield
    except exceptions.TargetSupportError as error:
        raise ToolError(
            f"pyOCD does not know the part of {spec.id}: {error}",
            f"give its CMSIS pack by --pack FILE, or leave --pack out ({spec.part})",
        ) from error
    except exceptions.ProbeError as error:
        raise ToolError(
            f"the probe {probe_id} of {spec.id} does not work: {error}",
            "is another program using it? plug it in again; make boards lists what there is",
        ) from error
    except OSError as error:
        # libusb's errors, and those of the connection to a pyOCD server.
        raise ToolError(
            f"the probe {probe_id} of {spec.id} cannot be used: {error}",
            f"{IN_USE_REMEDY}, plug it in again; "
            "for remote: start `pyocd server` there, and look at name and port",
        ) from error
    except exceptions.FlashFailure as error:
        words = failure_in_words(spec, error.result_code)
        raise ToolError(
            f"the flash of {spec.id} was not written: {error}{words}",
            "power the board off and on, and run again; where it stays so, look at its option bytes"
            " and its supply",
        ) from error
    except exceptions.Error as error:
        raise ToolError(
            f"{spec.id} behind the probe {probe_id}: {error}",
            "is the board powered, and its reset line connected? make boards lists what there is",
        ) from error
