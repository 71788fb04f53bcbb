# SPDX-License-Identifier: Apache-2.0
"""What the stand-in "generates": files of either interface, the built-in network within."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from generator.engine_choice import builtin_engine
from generator.engines.builtin.check import check_graph
from generator.engines.builtin.fold import fold_network
from generator.engines.builtin.plan import NetworkPlan, plan_network
from generator.engines.builtin.schedule import make_schedule
from generator.model.graph import Graph
from generator.model.tflite_reader import read_tflite
from generator.model.turn import turn_graph
from generator.project.render import render_files
from generator.toolchain.locate import find_cmsis_dsp

HERE = Path(__file__).parent
_OUR_NAMES = re.compile(r"\bnetwork_(begin|push_frame_s8|scores_s8|scores_f32|tap|arena)\b")
_OUR_MACROS = re.compile(r"\bNETWORK_(\w+)")
_INCLUDE = re.compile(r'^#include "(network/[^"]+)"$')

SCORE_BYTES = {"int8": 1, "uint8": 1, "float32": 4}
FORMATS = {
    "st-ai": {
        "int8": "STAI_FORMAT_S8",
        "uint8": "STAI_FORMAT_U8",
        "float32": "STAI_FORMAT_FLOAT32",
    },
    "legacy": {
        "int8": "AI_BUFFER_FORMAT_S8",
        "uint8": "AI_BUFFER_FORMAT_U8",
        "float32": "AI_BUFFER_FORMAT_FLOAT",
    },
}
PUT_SCORE = {
    "int8": "((int8_t *)(to))[class] = (int8_t)(score)",
    "uint8": "((uint8_t *)(to))[class] = (uint8_t)((score) + 128)",
    "float32": (
        "((float *)(void *)(to))[class] = "
        "STANDIN_SCORE_SCALE * (float)((score) - (STANDIN_SCORE_ZERO_POINT))"
    ),
}


def generate(
    model: Path, api: str, scores: str | None, core: str, activation_bytes: int | None
) -> dict[str, str]:
    """Every file that `generate` writes, by name."""
    graph = read_tflite(model)
    check_graph(graph)
    graph = turn_graph(graph, graph.transposed)
    plan = plan_network(make_schedule(graph), fold_network(graph))
    if scores is None:
        scores = "float32" if graph.operators[-1].kind == "DEQUANTIZE" else "int8"
    patch_bytes = plan.frames * plan.bands
    least = max(patch_bytes, plan.classes * SCORE_BYTES[scores]) + 31 & ~31
    facts: dict[str, Any] = {
        "api": api,
        "plan": plan,
        "patch_bytes": patch_bytes,
        "activations": activation_bytes or least,
        "format_in": FORMATS[api]["int8"],
        "format_out": FORMATS[api][scores],
        "score_bytes": SCORE_BYTES[scores],
        "signature": "0x" + hashlib.md5(model.read_bytes()).hexdigest(),
        "core": core.split("."),
    }
    rendered = _rendered(plan)
    body = _body(rendered, graph, plan, scores, int(facts["activations"]))
    files = (_st_ai if api == "st-ai" else _legacy)(
        facts, body, _one_text(rendered, ["network/network_weights.c"])
    )
    files["network_generate_report.txt"] = f"model_hash : {facts['signature']}\n"
    files["network_c_info.json"] = _info(files, facts, model, plan)
    return files


def _rendered(plan: NetworkPlan) -> dict[str, str]:
    files = render_files(
        board=None,
        info=None,
        stages={},
        engine=builtin_engine(plan),
        cmsis_dsp_dir=find_cmsis_dsp(),
        folders=("network",),
    )
    return {path: content.decode() for path, content in files.items() if path[:8] == "network/"}


def _one_text(files: dict[str, str], roots: list[str]) -> str:
    """The roots with all that they include of ours, each once, under names of its own."""
    done: set[str] = set()

    def inline(path: str) -> list[str]:
        if path in done:
            return []
        done.add(path)
        lines: list[str] = []
        for line in files[path].splitlines():
            found = _INCLUDE.match(line)
            lines += inline(found[1]) if found else [line]
        return lines

    text = "\n".join(line for root in roots for line in inline(root))
    return _OUR_MACROS.sub(r"STANDIN_\1", _OUR_NAMES.sub(r"standin_\1", text)) + "\n"


def _body(
    files: dict[str, str], graph: Graph, plan: NetworkPlan, scores: str, activations: int
) -> str:
    place = (
        f"(band) * {plan.frames}u + (row)"
        if graph.takes_bands_first
        else f"(row) * {plan.bands}u + (band)"
    )
    return "".join(
        [
            "#include <stdbool.h>\n#include <stddef.h>\n#include <string.h>\n",
            _one_text(files, ["network/network.c", "network/stream.c", "network/tail.c"]),
            f"#define STANDIN_PLACE(row, band) ({place})\n",
            f"#define STANDIN_ACTIVATION_BYTES {activations}u\n",
            f"#define STANDIN_PUT_SCORE(to, class, score) {PUT_SCORE[scores]}\n",
            (HERE / "run_network.h").read_text(),
        ]
    )


def _st_ai(facts: dict[str, Any], body: str, weights: str) -> dict[str, str]:
    plan = facts["plan"]
    weight_bytes = plan.weights_flash_bytes
    header = f"""\
#ifndef STAI_NETWORK_H
#define STAI_NETWORK_H

#include "stai.h"

#define STAI_NETWORK_ORIGIN_MODEL_NAME         "model"
#define STAI_NETWORK_ORIGIN_MODEL_SIGNATURE    "{facts["signature"]}"
#define STAI_NETWORK_MODEL_NAME                "network"

#define STAI_NETWORK_CONTEXT_ALIGNMENT   8
#define STAI_NETWORK_CONTEXT_SIZE        (sizeof(_stai_network_context))
#define STAI_NETWORK_FLAGS               (STAI_FLAG_INPUTS|STAI_FLAG_OUTPUTS|STAI_FLAG_WEIGHTS)

#define STAI_NETWORK_IN_NUM              (1)
#define STAI_NETWORK_IN_1_FLAGS       (STAI_FLAG_INPUTS|STAI_FLAG_PREALLOCATED)
#define STAI_NETWORK_IN_1_FORMAT      ({facts["format_in"]})
#define STAI_NETWORK_IN_1_SIZE        ({facts["patch_bytes"]})
#define STAI_NETWORK_IN_1_SIZE_BYTES  ({facts["patch_bytes"]})
#define STAI_NETWORK_OUT_NUM             (1)
#define STAI_NETWORK_OUT_1_FORMAT      ({facts["format_out"]})
#define STAI_NETWORK_OUT_1_SIZE        (({plan.classes}))
#define STAI_NETWORK_OUT_1_SIZE_BYTES  ({plan.classes * facts["score_bytes"]})

#define STAI_NETWORK_ACTIVATIONS_SIZE_BYTES        ({facts["activations"]})
#define STAI_NETWORK_ACTIVATIONS_NUM               (1)
#define STAI_NETWORK_ACTIVATION_1_ALIGNMENT  4
#define STAI_NETWORK_WEIGHTS_SIZE_BYTES            ({weight_bytes})

typedef struct {{
  uint32_t _magic;
  stai_return_code _return_code;
  stai_ptr _activations[STAI_NETWORK_ACTIVATIONS_NUM];
}} _stai_network_context;

stai_return_code stai_network_init(stai_network *network);
stai_return_code stai_network_set_activations(
    stai_network *network, const stai_ptr *activations, const stai_size n_activations);
stai_return_code stai_network_get_inputs(
    stai_network *network, stai_ptr *inputs, stai_size *n_inputs);
stai_return_code stai_network_get_outputs(
    stai_network *network, stai_ptr *outputs, stai_size *n_outputs);
stai_return_code stai_network_run(stai_network *network, const stai_run_mode mode);

#endif
"""
    source = """\
#include "network.h"
#include "network_details.h"
#include "network_data.h"

#define STANDIN_MAGIC 0xB1C00100u
#define CONTEXT(network) ((_stai_network_context *)(void *)(network))

stai_return_code stai_network_init(stai_network *network) {
    if (((uintptr_t)network & 7u) != 0u || !mel2metal_stand_in_runs_here()) {
        return STAI_ERROR_NETWORK_INVALID_RUNTIME;
    }
    CONTEXT(network)->_magic = STANDIN_MAGIC;
    CONTEXT(network)->_activations[0] = NULL;
    return STAI_SUCCESS;
}

stai_return_code stai_network_set_activations(
    stai_network *network, const stai_ptr *activations, const stai_size n_activations) {
    if (CONTEXT(network)->_magic != STANDIN_MAGIC) {
        return STAI_ERROR_NETWORK_INVALID_CONTEXT_HANDLE;
    }
    if (n_activations != STAI_NETWORK_ACTIVATIONS_NUM) {
        return STAI_ERROR_NETWORK_INVALID_ACTIVATIONS_NUM;
    }
    if (((uintptr_t)activations[0] & 31u) != 0u) {
        return STAI_ERROR_INVALID_BUFFER_ALIGNMENT;
    }
    CONTEXT(network)->_activations[0] = activations[0];
    return STAI_SUCCESS;
}

stai_return_code stai_network_get_inputs(
    stai_network *network, stai_ptr *inputs, stai_size *n_inputs) {
    inputs[0] = CONTEXT(network)->_activations[0];
    *n_inputs = STAI_NETWORK_IN_NUM;
    return STAI_SUCCESS;
}

stai_return_code stai_network_get_outputs(
    stai_network *network, stai_ptr *outputs, stai_size *n_outputs) {
    outputs[0] = CONTEXT(network)->_activations[0];
    *n_outputs = STAI_NETWORK_OUT_NUM;
    return STAI_SUCCESS;
}

stai_return_code stai_network_run(stai_network *network, const stai_run_mode mode) {
    if (mode != STAI_MODE_SYNC || CONTEXT(network)->_activations[0] == NULL) {
        return STAI_ERROR_NETWORK_INVALID_ACTIVATIONS_PTR;
    }
    return standin_run(CONTEXT(network)->_activations[0]) == 0 ? STAI_SUCCESS : STAI_ERROR_GENERIC;
}
"""
    return {
        "network.h": header,
        "network.c": body + source,
        "network_details.h": "/* Nothing of use to a program. */\n",
        "network_data.h": "/* The weights belong to network.c. */\n",
        "network_data.c": weights,
    }


def _legacy(facts: dict[str, Any], body: str, weights: str) -> dict[str, str]:
    plan = facts["plan"]
    major, minor, micro = facts["core"]
    header = f"""\
#ifndef AI_NETWORK_H
#define AI_NETWORK_H

#include "network_config.h"
#include "ai_platform.h"

#define AI_NETWORK_MODEL_NAME          "network"
#define AI_NETWORK_INPUTS_IN_ACTIVATIONS   (4)
#define AI_NETWORK_OUTPUTS_IN_ACTIVATIONS  (4)
#define AI_NETWORK_IN_NUM        (1)
#define AI_NETWORK_IN_1_FORMAT      ({facts["format_in"]})
#define AI_NETWORK_IN_1_SIZE        ({plan.frames} * {plan.bands})
#define AI_NETWORK_IN_1_SIZE_BYTES  ({facts["patch_bytes"]})
#define AI_NETWORK_OUT_NUM       (1)
#define AI_NETWORK_OUT_1_FORMAT      ({facts["format_out"]})
#define AI_NETWORK_OUT_1_SIZE        ({plan.classes})
#define AI_NETWORK_OUT_1_SIZE_BYTES  ({plan.classes * facts["score_bytes"]})

ai_error ai_network_create_and_init(
    ai_handle *network, const ai_handle activations[], const ai_handle weights[]);
ai_buffer *ai_network_inputs_get(ai_handle network, uint16_t *n_buffer);
ai_buffer *ai_network_outputs_get(ai_handle network, uint16_t *n_buffer);
ai_i32 ai_network_run(ai_handle network, const ai_buffer *input, ai_buffer *output);
ai_error ai_network_get_error(ai_handle network);

#endif
"""
    source = f"""\
#include "network.h"
#include "network_data.h"

#undef AI_NETWORK_MODEL_SIGNATURE
#define AI_NETWORK_MODEL_SIGNATURE     "{facts["signature"]}"

static ai_buffer standin_input, standin_output;
static ai_error standin_error;

static ai_error standin_fails(uint32_t type, uint32_t code) {{
    standin_error = (ai_error){{.type = type, .code = code}};
    return standin_error;
}}

ai_error ai_network_create_and_init(
    ai_handle *network, const ai_handle activations[], const ai_handle weights[]) {{
    if (!mel2metal_stand_in_runs_here()) {{
        return standin_fails(AI_ERROR_TOOL_PLATFORM_API_MISMATCH, AI_ERROR_CODE_INVALID_PTR);
    }}
    if (((uintptr_t)activations[0] & 31u) != 0u || weights != NULL) {{
        return standin_fails(AI_ERROR_INIT_FAILED, AI_ERROR_CODE_NETWORK_ACTIVATIONS);
    }}
    standin_input.data = standin_output.data = activations[0];
    *network = &standin_error;
    return standin_fails(AI_ERROR_NONE, 0u);
}}

ai_buffer *ai_network_inputs_get(ai_handle network, uint16_t *n_buffer) {{
    return &standin_input;
}}

ai_buffer *ai_network_outputs_get(ai_handle network, uint16_t *n_buffer) {{
    return &standin_output;
}}

ai_i32 ai_network_run(ai_handle network, const ai_buffer *input, ai_buffer *output) {{
    if (network != &standin_error || input->data == NULL || output->data != input->data) {{
        standin_fails(AI_ERROR_INVALID_INPUT, AI_ERROR_CODE_INVALID_PTR);
        return 0;
    }}
    if (standin_run(input->data) != 0) {{
        standin_fails(AI_ERROR_INVALID_HANDLE, AI_ERROR_CODE_INVALID_PTR);
        return 0;
    }}
    return 1;
}}

ai_error ai_network_get_error(ai_handle network) {{
    return standin_error;
}}
"""
    config = f"""\
#ifndef AI_NETWORK_CONFIG_H
#define AI_NETWORK_CONFIG_H
#define AI_TOOLS_VERSION_MAJOR {major}
#define AI_TOOLS_VERSION_MINOR {minor}
#define AI_TOOLS_VERSION_MICRO {micro}
#endif
"""
    params = f"""\
#ifndef NETWORK_DATA_PARAMS_H
#define NETWORK_DATA_PARAMS_H
#define AI_NETWORK_DATA_ACTIVATIONS_SIZE     ({facts["activations"]})
#define AI_NETWORK_DATA_ACTIVATIONS_COUNT    (1)
#define AI_NETWORK_DATA_ACTIVATION_1_SIZE    ({facts["activations"]})
#define AI_NETWORK_DATA_WEIGHTS_SIZE         ({plan.weights_flash_bytes})
#endif
"""
    return {
        "network.h": header,
        "network.c": body + source,
        "network_config.h": config,
        "network_data.h": '#include "network_data_params.h"\n',
        "network_data.c": '#include "network_data.h"\n',
        "network_data_params.h": params,
        "network_data_params.c": weights,
    }


def _info(files: dict[str, str], facts: dict[str, Any], model: Path, plan: NetworkPlan) -> str:
    sources = [name for name in files if name.endswith((".c", ".h"))]
    info = {
        "environment": {
            "generated_model": {
                "model_files": [
                    {
                        "name": name,
                        "signature": "0x" + hashlib.md5(files[name].encode()).hexdigest(),
                    }
                    for name in sources
                ],
                "name": "network",
            },
            "tools": [
                {
                    "input_model": {
                        "model_files": [{"name": model.name, "signature": facts["signature"]}],
                        "name": model.stem,
                        "type": "tflite",
                    },
                    "name": "ST.EdgeAI.Core",
                    "version": f"{'.'.join(facts['core'])}-20426 123672867",
                }
            ],
        },
        "json_schema_version": "2.0",
        "memory_footprint": {
            "activations": facts["activations"],
            "io": [0, 0],
            "weights": plan.weights_flash_bytes,
        },
    }
    return json.dumps(info, indent=2)
