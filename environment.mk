# SPDX-License-Identifier: Apache-2.0
#
# What the targets of the Makefile stand on: .venv with its sets of packages, and the tools.

# --- Python: .venv and its three sets of packages -------------------------------------------------

VENV := .venv
PY := $(VENV)/bin/python
# The command behind every target. Its exit code is in make's line "Error N"; make itself ends with 2.
MEL2METAL := $(PY) -m mel2metal

# The first Python that is new enough, unless PYTHON= names one.
IS_NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p $(IS_NEW_ENOUGH) && echo $$p && break; done)
RUN_PYTHON = $(call said,PYTHON,false)

# One process at a time, and anew where packages are not whole: tools/set_up.py.
SET_UP = $(RUN_PYTHON) tools/set_up.py

$(VENV)/.created:
	@$(if $(findstring :,$(CURDIR)),echo "This folder's path holds a colon: no virtual environment" \
	    "can be made here. Move mel2metal to another folder." >&2; exit 2)
	@$(RUN_PYTHON) $(IS_NEW_ENOUGH) || { \
	    echo "mel2metal needs Python 3.11 or newer;" $(if $(PYTHON),$(RUN_PYTHON),"no python3") "is not." \
	    "Install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 3; }
	@$(SET_UP) venv

$(VENV)/.firmware: requirements/firmware.txt pyproject.toml $(VENV)/.created
	@$(SET_UP) set firmware

$(VENV)/.test: requirements/test.txt $(VENV)/.firmware
	@$(SET_UP) set test

# A configuration that is not there is told before TensorFlow is downloaded.
.PHONY: config-is-there
config-is-there:
	@test -z $(call said,CONFIG) || test -f $(call said,CONFIG) || { \
	    echo CONFIG=$(call said,CONFIG)": there is no such file. Name a configuration:" \
	    "docs/train-your-own.md shows one." >&2; exit 2; }

$(VENV)/.train: requirements/train.txt $(VENV)/.test | config-is-there
	@$(SET_UP) set train

$(VENV)/.dev: requirements/dev.txt $(VENV)/.test
	@$(SET_UP) set dev

$(VENV)/.live: requirements/live.txt $(VENV)/.test
	@$(SET_UP) set live

# labgrid has its own environment: its pyserial-labgrid would overwrite pyserial.
LABGRID := .venv-labgrid

$(LABGRID)/.installed: requirements/labgrid.txt $(VENV)/.created
	@$(SET_UP) set labgrid

# --- Tools: the pinned cross compiler, unless CROSS_COMPILE names another; CMSIS-DSP --------------

COMPILER := .tools/gcc-arm-none-eabi-13.2.1/.installed
CMSIS_DSP := .tools/cmsis-dsp-1.10.3/.installed
TOOLS := $(if $(CROSS_COMPILE),,$(COMPILER)) $(CMSIS_DSP)

$(COMPILER): requirements/compiler.txt | $(VENV)/.firmware
	@echo "[install]  requirements/compiler.txt"
	@$(MEL2METAL) tools compiler

$(CMSIS_DSP): requirements/cmsis-dsp.txt | $(VENV)/.firmware
	@echo "[install]  requirements/cmsis-dsp.txt"
	@$(MEL2METAL) tools cmsis-dsp
