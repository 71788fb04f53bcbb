# SPDX-License-Identifier: Apache-2.0
"""A board, a network plan and a front-end's tables to a C project on disk.

What becomes what: `firmware_templates/<folder>/` goes to the folder of that name in the project,
`project/` to the root, and `core/link.ld` to the root. `port/` is flat in the project, whatever
folders it comes from: `port/` itself, `port/dma/<kind>/` and `port/<family>/`, as the family says.
`app/` is what the application says: `applications/measure/` for one, or the user's own files.
A file whose name ends in `.j2` is a Jinja template and loses that ending; others are copied. One
whose name begins with `_` is included by templates and becomes no file of its own.

Templates see one dict (`make_context`) and nothing else. Undefined names are errors. Statements
stand on lines of their own that begin with `//%`, or within `{% %}`; values within `{{ }}`.
Templates print; they do not compute. The same input gives the same bytes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import jinja2

from generator.boards.record import BoardSpec
from generator.boards.registry import family_of
from generator.engines.engine import FOREIGN_PART, EngineFiles
from generator.frontend.transform_tables import CMSIS_DSP_HEADERS, CMSIS_DSP_SOURCES
from generator.project.applications import APP_PART, MEASURE, Application
from generator.project.at_risk import refuse_at_risk
from generator.project.build_context import make_build_context
from generator.project.c_text import FILTERS, refuse_raw
from generator.project.file_list import write_file_list
from generator.project.manifest import Project, ProjectInfo, project_lock
from generator.project.names import SOURCE_SUFFIXES
from generator.project.replace import copy_ours, recover, replace_folder, scratch_folder
from generator.project.weights import checked_weights
from generator.repository import TEMPLATES_DIR

KERNELS = "network/kernels/"
"""Folder of which a network takes only what it calls."""

UNCOMPILED = ("host", "project")
"""Folders of which nothing is compiled for the target."""

HOST_NETWORK = "host/builtin"
"""The built-in network for the host twin, where the part runs another engine."""


def render_project(
    out_dir: Path,
    *,
    board: BoardSpec,
    info: ProjectInfo,
    stages: Mapping[str, Any],
    engine: EngineFiles,
    cmsis_dsp_dir: Path,
    application: Application = MEASURE,
    force: bool = False,
) -> Project:
    """Write the whole project to `out_dir / info.name`, or nothing at all.

    `stages` holds what the templates of the parts print: `port`, `mel`, `wire`; that of the network
    comes with its engine. The user's own files are copied, and only read.
    A project that stands there already is replaced; its unchanged files keep their times, and
    what was built in it stays. Raises `InputError` where a file there was changed or is foreign;
    with `force` such files move to a folder beside it.
    """
    directory = out_dir / info.name
    with project_lock(out_dir, info.name):
        recover(directory)
        if not force:
            refuse_at_risk(directory)
        files = render_files(
            board=board,
            info=info,
            stages=stages,
            engine=engine,
            cmsis_dsp_dir=cmsis_dsp_dir,
            application=application,
        )
        with scratch_folder(out_dir, info.name) as scratch:
            fresh = scratch / "new"
            copy_ours(directory, fresh, outputs_only=True)
            for path, content in files.items():
                _write(fresh / path, content, directory / path)
            write_file_list(fresh)
            replace_folder(fresh, directory, scratch, force=force)
    return Project(directory, info)


def render_files(
    *,
    board: BoardSpec | None,
    info: ProjectInfo | None,
    stages: Mapping[str, Any],
    cmsis_dsp_dir: Path,
    engine: EngineFiles | None = None,
    folders: Sequence[str] | None = None,
    application: Application = MEASURE,
) -> dict[str, bytes]:
    """Return every file of the project by its path in it, sorted; nothing is written.

    The front-end's host twin is rendered without board, info and engine, from fewer `folders`.
    """
    port_folders = _port_folders(board, stages) if board else ()
    if engine is not None and engine.uses_crc_unit and board is not None:
        port_folders += ("port/crc",)
        register, bit = family_of(board.family).crc_enable(board.part)
        stages = {**stages, "crc_enable": {"register": register, "bit": bit}}
    templates = scan_templates(
        folders or (*application.parts, *UNCOMPILED),
        port_folders,
        engine.folders if engine else ("network",),
        application.folders,
    )
    templates = application.without_idle_library(templates)
    if engine is not None:
        templates = _without_idle_kernels(templates, engine.kernel_sources)
        stages = {**stages, "network": engine.network}
    if "mel" in stages:
        templates = _without_idle_frontend(templates, stages["mel"].sources)
    own = {f"{APP_PART}/{name}": content for name, content in application.files.items()}
    sources = sorted(path for path in (*templates, *own) if path.endswith(SOURCE_SUFFIXES))
    copied = ("LICENSE", *CMSIS_DSP_HEADERS, *CMSIS_DSP_SOURCES)
    cmsis = {f"cmsis_dsp/{name}": cmsis_dsp_dir / name for name in copied}
    sources += [f"cmsis_dsp/{name}" for name in CMSIS_DSP_SOURCES]
    context: dict[str, Any] = {**stages, "application": application, "standalone": False}
    if engine is not None and info is not None:
        context["weights"] = checked_weights(engine, info, stages, templates)
    if board is not None and info is not None:
        build = make_build_context(sources, board, info, engine, application)
        context |= {"board": board, "project": info, "build": build}
    files = {path: source.read_bytes() for path, source in cmsis.items()}
    files |= _render_each(templates, context) | own
    if engine is not None:
        files |= {f"{FOREIGN_PART}/{path}": content for path, content in engine.files.items()}
        if engine.host_network is not None:
            files |= _host_network(engine.host_network)
    return dict(sorted(files.items()))


def render_some(paths: Sequence[str], info: ProjectInfo) -> dict[str, bytes]:
    """Files of the project by their paths in it: such as need no more than its manifest."""
    templates = {}
    for path in paths:
        plain = TEMPLATES_DIR / path
        templates[path] = plain if plain.exists() else plain.with_name(f"{plain.name}.j2")
    return _render_each(templates, {"project": info})


def _render_each(templates: Mapping[str, Path], context: Mapping[str, Any]) -> dict[str, bytes]:
    environment = make_environment()
    files: dict[str, bytes] = {}
    for path, source in templates.items():
        if source.suffix == ".j2":
            name = source.relative_to(TEMPLATES_DIR).as_posix()
            files[path] = environment.get_template(name).render(context).encode("utf-8")
        else:
            files[path] = source.read_bytes()
    return files


def _host_network(plan: Any) -> dict[str, bytes]:
    """The built-in network, which the host twin runs in place of what only the part can."""
    templates = _without_idle_kernels(scan_templates(("network",), ()), plan.kernel_sources)
    rendered = _render_each(templates, {"network": plan})
    return {f"{HOST_NETWORK}/{path}": content for path, content in rendered.items()}


def _without_idle_kernels(templates: Mapping[str, Path], used: Sequence[str]) -> dict[str, Path]:
    """Leave out the kernels that this network never calls, and what only they include."""
    called = {name for name in used if name.endswith(".c")}
    kept = {
        path: source
        for path, source in templates.items()
        if not path.startswith(KERNELS) or str(PurePosixPath(path).with_suffix(".c")) in called
    }
    kept |= {path: templates[path] for path in used}
    wanted = set(kept)
    while wanted:
        included = {name for path in wanted if path in kept for name in _included(kept[path])}
        wanted = {name for name in included if name in templates and name not in kept}
        kept |= {name: templates[name] for name in wanted}
    return {path: source for path, source in templates.items() if path in kept}


def _included(source: Path) -> list[str]:
    return re.findall(r'^#include "(network/[^"]+)"', source.read_text("utf-8"), re.MULTILINE)


def _without_idle_frontend(templates: Mapping[str, Path], used: Sequence[str]) -> dict[str, Path]:
    """Leave out the parts of the front-end that this record has no use for."""
    return {
        path: source
        for path, source in templates.items()
        if not path.startswith("frontend/") or path in used
    }


def make_environment() -> jinja2.Environment:
    """Return the Jinja environment of all templates."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES_DIR),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        line_statement_prefix="//%",
        autoescape=False,
        finalize=refuse_raw,
    )
    environment.filters.update(FILTERS)
    return environment


def _port_folders(board: BoardSpec, stages: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of the board's family; where the application hears it, its microphone's as well, and
    those of its LEDs and buttons where it has them."""
    family = family_of(board.family)
    microphone = stages["port"].microphone if "port" in stages else None
    heard = family.microphone_folders(microphone.kind) if microphone is not None else ()
    return family.port_folders + heard + (("port/gpio",) if "gpio" in stages else ())


def scan_templates(
    folders: Sequence[str],
    port_folders: Sequence[str],
    network_folders: Sequence[str] = ("network",),
    app_folders: Sequence[str] = MEASURE.folders,
) -> dict[str, Path]:
    """Map each path in the project to the file of `firmware_templates/` that it comes from.

    `port_folders`, `network_folders`, `app_folders`: what becomes `port/`, `network/` and `app/`;
    a file replaces one of the same name in an earlier folder.
    Raises `ValueError` where two files of one folder become the same one.
    """
    found: dict[str, Path] = {}
    for folder in folders:
        if folder == "port":
            for source in port_folders:
                found |= _files_of(TEMPLATES_DIR / source, folder, deep=False)
        elif folder == "network":
            for source in network_folders:
                found |= _files_of(TEMPLATES_DIR / source, folder, deep=True)
            found["network/network.h"] = TEMPLATES_DIR / "network" / "network.h.j2"
        elif folder == APP_PART:
            for source in app_folders:
                found |= _files_of(TEMPLATES_DIR / source, folder, deep=False)
        else:
            found |= _files_of(TEMPLATES_DIR / folder, folder, deep=True)
    return dict(sorted(found.items()))


def _files_of(root: Path, folder: str, *, deep: bool) -> dict[str, Path]:
    """Files of one template folder, by path in the project; `deep`: those of its folders too."""
    found: dict[str, Path] = {}
    for source in sorted(root.rglob("*") if deep else root.glob("*")):
        if not source.is_file() or source.name.startswith((".", "_")):
            continue
        inner = source.relative_to(root).as_posix().removesuffix(".j2")
        at_root = folder == "project" or (folder == "core" and inner == "link.ld")
        path = inner if at_root else f"{folder}/{inner}"
        if path in found:
            raise ValueError(f"{found[path]} and {source} both become {path}")
        found[path] = source
    return found


def _write(path: Path, content: bytes, previous: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if previous.is_file() and previous.read_bytes() == content:
        times = previous.stat()
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
