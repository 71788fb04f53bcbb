# SPDX-License-Identifier: Apache-2.0
#
# The front door. `make help` lists what there is. Everything stays inside this folder:
# .venv (Python packages), .tools (compiler, CMSIS-DSP), build (what is made), data (sound).

SHELL := /bin/sh
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

# The tests start a hundred Pythons: each would compile all sources anew.
unexport PYTHONDONTWRITEBYTECODE

# --- What can be said on the command line ---------------------------------------------------------

BOARD ?= u585
APP ?=
ACTIONS ?=
NAME ?=
MODEL ?=
MODELS ?=
LABELS ?=
FRONTEND ?=
THRESHOLD ?=
CROSS_COMPILE ?=
TAPS ?=
VIRTUAL ?=
FOLDS ?=
CLIPS ?=
SOUNDS ?=
SVG ?=
A ?=
B ?=
INVENTORY ?=
PROBE ?=
PACK ?=
ENGINE ?=
STEDGEAI ?=
C_API ?=
OPTIMISE ?=
KERNELS ?=
FLASH_COMMAND ?=
WRITE ?=
PYTEST_ARGS ?=
FORCE ?=
REPORTS ?=
EVENTS ?=
RECORDINGS ?=
# `make test` gives BOARD the whole suite, and these a handshake and two clips each.
OTHER_BOARDS ?= $(filter-out $(BOARD),u585 u575 l475 l4r5 l432 h743 h7a3)
JOBS ?= 2
COUNT ?=
SEED ?= 1
CONFIG ?=
CMD ?=
WAV ?=
MICROPHONE ?=
BOARD_MICROPHONE ?=
RECORD ?=
LIVE_ARGS ?=
TRAIN_ARGS ?=
# What `make test` installs: train (with TensorFlow), or test, which skips the tests that train.
TEST_SET ?= train

IMAGES ?=
RECORDS ?=
MINUTES ?=
TARGETS ?=
UPGRADE ?=
RESUME ?=

# What is said is text: `override` with its `value` keeps make from evaluating it, and `said` gives
# it to the shell as one word, for which no line may end in it. Lists of words (PYTEST_ARGS, WAV) are
# divided by tools/with_words.py.
SAID := BOARD APP ACTIONS NAME MODEL MODELS LABELS FRONTEND THRESHOLD CROSS_COMPILE TAPS VIRTUAL \
    FOLDS CLIPS SOUNDS SVG A B INVENTORY PROBE PACK ENGINE STEDGEAI C_API OPTIMISE KERNELS \
    FLASH_COMMAND WRITE PYTEST_ARGS FORCE REPORTS EVENTS RECORDINGS JOBS COUNT SEED CONFIG CMD WAV \
    MICROPHONE BOARD_MICROPHONE RECORD LIVE_ARGS TRAIN_ARGS TEST_SET IMAGES RECORDS MINUTES \
    TARGETS UPGRADE RESUME
$(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),\
    $(eval override $(name) := $$(value $(name)))))
$(foreach name,$(SAID),$(eval override $(name) := $$(value $(name))))
$(foreach name,OTHER_BOARDS PYTHON,$(if $(findstring environment,$(origin $(name))),\
    $(eval override $(name) := $$(value $(name)))))
define LINE_END :=


endef
$(foreach name,$(SAID) OTHER_BOARDS PYTHON,$(if $(findstring $(LINE_END),$(value $(name))),\
    $(error $(name) holds the end of a line: say it in one)))
said = "$(subst `,\`,$(subst $$,\$$,$(subst ",\",$(subst \,\\,$(or $($(1)),$(2))))))"
$(if $(filter-out train test,$(TEST_SET)),$(error TEST_SET=$(TEST_SET): say train or test))

# Told at once, not when the first of a target's programs takes it.
NUMBER_OF_JOBS = $(shell jobs=$(call said,JOBS); case "$$jobs" in \
    ("" | 0* | *[!0-9]* | ????*) ;; (*) test "$$jobs" -gt 256 || echo 1 ;; esac)
$(if $(subst =2=,,=$(value JOBS)=),$(if $(NUMBER_OF_JOBS),,\
    $(error JOBS=$(JOBS): say how many programs run at a time, 1 to 256)))

# A switch such as VIRTUAL or TAPS: 1, yes, true or on; 0, no, false, off or nothing.
NO := 0 no No NO false False FALSE off Off OFF
YES := 1 yes Yes YES true True TRUE on On ON
is_on = $(if $(filter-out $(NO) $(YES),$($(1))),$(error $(1)=$($(1)): say 1 or 0),$(filter $(YES),$($(1))))

WITH_CONFIG = $(if $(CONFIG),--config $(call said,CONFIG))
WITH_FRONTEND = $(if $(FRONTEND),--frontend $(call said,FRONTEND))
WITH_SETTINGS = $(if $(THRESHOLD),--threshold $(call said,THRESHOLD)) $(WITH_FRONTEND)
WITH_SCHEDULE = $(if $(OPTIMISE),--optimise $(call said,OPTIMISE))
WITH_KERNELS = $(WITH_SCHEDULE) $(if $(KERNELS),--kernels $(call said,KERNELS))
WITH_SOUNDS = $(if $(SOUNDS),--data $(call said,SOUNDS)) $(if $(FOLDS),--folds $(call said,FOLDS))
WITH_APP = $(if $(APP),--app $(call said,APP)) $(if $(ACTIONS),--actions $(call said,ACTIONS))
# Only the application measure answers a host: other commands refuse another APP.
NEEDS_MEASURE = @test $(call said,APP,measure) = measure || { \
    echo APP=$(call said,APP)": make $@ plays sounds over the link, which only the application measure" \
    "speaks. Leave APP out; make firmware and make flash take any." >&2; exit 2; }
WITH_EVENTS = $(if $(call is_on,EVENTS),--events --plot build/events.png) \
    $(if $(RECORDINGS),--recordings $(call said,RECORDINGS))
WITH_ENGINE = $(if $(ENGINE),--engine $(call said,ENGINE)) $(if $(STEDGEAI),--stedgeai $(call said,STEDGEAI)) \
    $(if $(C_API),--c-api $(call said,C_API))
WITH_FORCE = $(if $(call is_on,FORCE),--force)
WITH_FORCE_BUILD = $(if $(call is_on,FORCE),--force-build)
WITH_COMPILER = $(if $(CROSS_COMPILE),--cross-compile $(call said,CROSS_COMPILE))
WITH_MODEL = $(if $(MODEL),--model $(call said,MODEL)) $(if $(LABELS),--labels $(call said,LABELS))
WITH_PROBE = $(if $(INVENTORY),--inventory $(call said,INVENTORY)) $(if $(PROBE),--probe $(call said,PROBE))
WITH_FLASHING = $(if $(FLASH_COMMAND),--flash-command $(call said,FLASH_COMMAND)) $(if $(PACK),--pack $(call said,PACK))
ON_BOARD = --board $(call said,BOARD) $(if $(call is_on,VIRTUAL),--virtual)

# .venv and its sets of packages, the compiler, CMSIS-DSP.
include environment.mk

# A command with the words of variables at its end, each list after an option or without one.
listed = $(if $($(2)),'$(1)' $(call said,$(2)))
with_words = $(if $(1),$(PY) -m tools.with_words $(1) -- )
WITH_PYTEST_ARGS = $(call with_words,$(call listed,,PYTEST_ARGS))
WITH_TRAIN_ARGS = $(call with_words,$(call listed,,TRAIN_ARGS))
PYTEST = $(WITH_PYTEST_ARGS)$(PY) -m pytest

# --- Targets --------------------------------------------------------------------------------------

.PHONY: help
help: ## This list
	@echo "mel2metal: from an int8 .tflite to a listening STM32"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(filter-out environment.mk,$(MAKEFILE_LIST))
	@echo
	@echo "With BOARD=u585 MODEL=file.tflite FRONTEND=yamnet LABELS=file.txt THRESHOLD=0.6 (firmware,"
	@echo "hil, inspect, evaluate), CROSS_COMPILE=prefix- (firmware, hil), VIRTUAL=1 CLIPS=10 PYTEST_ARGS=... (hil),"
	@echo "SOUNDS=folder FOLDS=1,2,3,4 (hil, evaluate, train, cv, quantize), CONFIG=mine.yaml (train,"
	@echo "cv, quantize), INVENTORY=file.yaml (hil, flash, boards), PROBE=id PACK=file (hil, flash)."
	@echo "OPTIMISE=time (rows stay whole), KERNELS=portable (C for assembly; firmware, hil, flash)."
	@echo "ENGINE=stedgeai STEDGEAI=folder C_API=legacy (firmware, hil, flash, compare): ST's engine."
	@echo "WAV=file, MICROPHONE=name, BOARD_MICROPHONE=1, RECORD=folder, LIVE_ARGS=--json (live)."
	@echo "FORCE=1: build where you changed or added files; they move to build/BOARD.kept-<time>."
	@echo "ESC10_DIR: sounds that you have."

.PHONY: firmware
firmware: $(VENV)/.firmware $(TOOLS) ## The C project and its ELF in build/BOARD
	@$(MEL2METAL) firmware --board $(call said,BOARD) $(WITH_APP) $(WITH_MODEL) $(WITH_SETTINGS) $(WITH_COMPILER) \
	    $(WITH_ENGINE) $(WITH_KERNELS) $(if $(call is_on,TAPS),--taps) --jobs $(call said,JOBS) $(WITH_FORCE)

.PHONY: new-app
new-app: $(VENV)/.firmware ## A folder NAME with an application of your own: a class lights an LED
	@$(MEL2METAL) new-app $(call said,NAME,my_app) --board $(call said,BOARD) $(WITH_MODEL)

.PHONY: library
library: $(VENV)/.firmware $(TOOLS) ## Header, archive and CMake package for firmware that you have already
	@$(MEL2METAL) library --board $(call said,BOARD) $(WITH_MODEL) $(WITH_SETTINGS) $(WITH_SCHEDULE) \
	    $(WITH_COMPILER) --jobs $(call said,JOBS) $(WITH_FORCE)

.PHONY: explain
explain: $(VENV)/.firmware ## How each layer of MODEL runs, why, and what it costs on BOARD (SVG=file)
	@$(MEL2METAL) explain $(if $(MODEL),$(call said,MODEL)) $(if $(LABELS),--labels $(call said,LABELS)) \
	    $(WITH_SETTINGS) $(WITH_SCHEDULE) --board $(call said,BOARD) $(if $(SVG),--svg $(call said,SVG))

.PHONY: inspect
inspect: $(VENV)/.firmware ## What is in MODEL, does it fit, and is it in time? Nothing is built
	@$(MEL2METAL) inspect $(if $(MODEL),$(call said,MODEL)) $(if $(LABELS),--labels $(call said,LABELS)) \
	    $(WITH_SETTINGS) $(WITH_SCHEDULE) $(if $(SOUNDS),--sounds $(call said,SOUNDS))

# docs/tests.md says what is slow, and what the tests keep in build/tests.
RUN_TESTS = $(PYTEST) tests -n $(call said,JOBS) --dist worksteal

# The whole suite on one virtual board, a few clips on each of the others.
define RUN_VIRTUAL_BOARDS
$(PYTEST) hil/ --board $(call said,BOARD) --virtual --clips 10 -n $(call said,JOBS) --dist worksteal \
    $(WITH_COMPILER)
$(call with_words,$(call listed,--board=,OTHER_BOARDS) $(call listed,,PYTEST_ARGS))$(PY) -m pytest \
    hil/suite/test_handshake.py hil/suite/test_clips.py --virtual --clips 2 -n $(call said,JOBS) \
    $(WITH_COMPILER)
endef

.PHONY: test
test: $(VENV)/.$(TEST_SET) $(TOOLS) ## Every test, the virtual board's included
	@$(PY) -m tools.browser_install --if-possible
	$(RUN_TESTS)
	$(RUN_VIRTUAL_BOARDS)

.PHONY: test-fast
test-fast: $(VENV)/.test $(TOOLS) ## The tests that build no image and train nothing: a minute
	$(RUN_TESTS) -m "not slow"

.PHONY: test-slow
test-slow: $(VENV)/.$(TEST_SET) $(TOOLS) ## All the others, the virtual board's included
	@$(PY) -m tools.browser_install --if-possible
	$(RUN_TESTS) -m slow
	$(RUN_VIRTUAL_BOARDS)

# Longer than `make test`: random graphs, images, sound without end, fuzzing.
include long_checks.mk

.PHONY: kills
kills: $(VENV)/.$(TEST_SET) $(TOOLS) ## Set-up, build, flash, run, train killed COUNT=200 times (SEED=1): the next run is right
	@$(PY) -m tests.kills --count $(call said,COUNT,200) --seed $(call said,SEED)

.PHONY: hil
hil: $(VENV)/.test $(TOOLS) ## Stream sound through the board (VIRTUAL=1: without one) and report
	$(NEEDS_MEASURE)
	@$(WITH_PYTEST_ARGS)$(MEL2METAL) hil $(ON_BOARD) $(WITH_MODEL) \
	    $(if $(FOLDS),--folds $(call said,FOLDS)) $(if $(CLIPS),--clips $(call said,CLIPS)) \
	    $(if $(SOUNDS),--sounds $(call said,SOUNDS)) $(if $(call is_on,RESUME),--resume) \
	    $(WITH_PROBE) $(WITH_FLASHING) \
	    $(WITH_SETTINGS) $(WITH_KERNELS) $(WITH_COMPILER) $(WITH_ENGINE) $(WITH_FORCE_BUILD)

.PHONY: soak
soak: $(VENV)/.test $(TOOLS) ## MINUTES=20 of clips on virtual BOARD under faults of every kind, counted (SEED=1)
	@$(MEL2METAL) soak --board $(call said,BOARD) --minutes $(call said,MINUTES,20) --seed $(call said,SEED,1) \
	    $(if $(MODEL),--model $(call said,MODEL)) $(if $(call is_on,RESUME),--resume)

.PHONY: flash
flash: $(VENV)/.test $(TOOLS) ## Program BOARD through its probe, and ask it what it runs
	@$(MEL2METAL) flash $(ON_BOARD) $(WITH_APP) $(WITH_MODEL) $(WITH_PROBE) $(WITH_FLASHING) \
	    $(WITH_SETTINGS) $(WITH_KERNELS) $(WITH_COMPILER) $(WITH_ENGINE) $(WITH_FORCE_BUILD)

.PHONY: live
live: $(VENV)/.test $(TOOLS) ## Play sound to BOARD and watch what it hears (WAV=files, or a microphone)
	@$(call with_words,$(strip $(call listed,--wav,WAV) $(call listed,,LIVE_ARGS)))$(MEL2METAL) live $(ON_BOARD) \
	    $(if $(MICROPHONE),--microphone $(call said,MICROPHONE)) \
	    $(if $(call is_on,BOARD_MICROPHONE),--board-microphone) \
	    $(if $(RECORD),--record $(call said,RECORD)) $(WITH_MODEL) $(WITH_PROBE) \
	    $(WITH_FLASHING) $(WITH_SETTINGS) $(WITH_KERNELS) $(WITH_COMPILER) $(WITH_ENGINE) \
	    $(WITH_FORCE_BUILD)

.PHONY: microphone
microphone: $(VENV)/.live ## What `make live` needs for this machine's microphone (sounddevice)

.PHONY: boards
boards: $(VENV)/.test ## What is plugged in: probe, port, board, who uses it (WRITE=1: an inventory)
	@$(MEL2METAL) boards $(if $(call is_on,WRITE),--write) $(if $(INVENTORY),--inventory $(call said,INVENTORY))

.PHONY: labgrid
labgrid: $(VENV)/.test $(TOOLS) $(LABGRID)/.installed ## Install labgrid in .venv-labgrid, and test a board behind it here
	$(PYTEST) tests/hil/boards/test_labgrid.py

.PHONY: bench
bench: $(VENV)/.test $(TOOLS) ## What each layer costs, and the budgets (VIRTUAL=1: estimated; MODEL=, MODELS=)
	$(NEEDS_MEASURE)
	@$(PY) -m tests.support.bench_nets >/dev/null
	@$(call with_words,$(call listed,--models,MODELS))$(MEL2METAL) bench $(ON_BOARD) $(WITH_MODEL) \
	    $(WITH_PROBE) $(WITH_FRONTEND) $(WITH_KERNELS) $(WITH_COMPILER) $(WITH_ENGINE) \
	    $(WITH_FORCE_BUILD)

.PHONY: bench-diff
bench-diff: $(VENV)/.test ## The last `make bench` against bench/baseline-BOARD.json
	@$(MEL2METAL) bench $(ON_BOARD) --diff

.PHONY: bench-baseline
bench-baseline: $(VENV)/.test ## Make the last `make bench` the baseline, and the tables of docs/performance.md
	@$(MEL2METAL) bench $(ON_BOARD) --baseline

.PHONY: profile
profile: $(VENV)/.test $(TOOLS) ## Where instructions go: by layer, function, line; a flame graph (SVG=file)
	$(NEEDS_MEASURE)
	@$(MEL2METAL) profile $(ON_BOARD) $(if $(MODEL),--model $(call said,MODEL)) \
	    $(if $(LABELS),--labels $(call said,LABELS)) $(if $(INVENTORY),--inventory $(call said,INVENTORY)) \
	    $(if $(PROBE),--probe $(call said,PROBE)) $(if $(SVG),--svg $(call said,SVG)) \
	    $(WITH_SETTINGS) $(WITH_KERNELS) $(WITH_COMPILER) $(WITH_ENGINE)

.PHONY: compare
compare: $(VENV)/.test $(TOOLS) ## The engines side by side: ours, ST's where it is, the published
	$(NEEDS_MEASURE)
	@$(WITH_PYTEST_ARGS)$(MEL2METAL) compare $(ON_BOARD) $(WITH_MODEL) \
	    $(if $(CLIPS),--clips $(call said,CLIPS)) $(if $(SOUNDS),--sounds $(call said,SOUNDS)) \
	    $(if $(STEDGEAI),--stedgeai $(call said,STEDGEAI)) $(if $(C_API),--c-api $(call said,C_API)) \
	    $(WITH_SETTINGS) $(WITH_COMPILER) $(WITH_FORCE_BUILD)

.PHONY: history
history: $(VENV)/.test ## The runs on BOARD in their course: build/hil/BOARD/history.html
	@$(MEL2METAL) history --board $(call said,BOARD)

.PHONY: compare-runs
compare-runs: $(VENV)/.test ## What differs between two runs on BOARD: A=previous B=latest, or folders
	@$(MEL2METAL) compare-runs --board $(call said,BOARD) $(call said,A,previous) $(call said,B,latest)

.PHONY: report
report: $(VENV)/.test ## The latest run on BOARD as a page, in the browser
	@$(MEL2METAL) report --board $(call said,BOARD)

.PHONY: qemu
qemu: $(VENV)/.test $(TOOLS) ## Check the cores against QEMU: it must compute and count the same
	@$(MEL2METAL) qemu $(WITH_MODEL) $(WITH_FRONTEND) $(if $(CLIPS),--clips $(call said,CLIPS)) $(WITH_COMPILER) \
	    $(WITH_FORCE)

.PHONY: tools
tools: $(VENV)/.firmware $(COMPILER) $(CMSIS_DSP) ## The pinned compiler and CMSIS-DSP in .tools

.PHONY: shell
shell: $(VENV)/.firmware $(COMPILER) ## A shell with arm-none-eabi-gcc on PATH (CMD="arm-none-eabi-gcc --version": one command)
	@$(call with_words,$(call listed,,CMD))$(MEL2METAL) shell

.PHONY: browser
browser: $(VENV)/.test ## A pinned headless Chromium in .tools, for the tests of the page (npm)
	@$(PY) -m tools.browser_install

.PHONY: doctor
doctor: $(VENV)/.firmware ## What is here, what is missing, how to get it
	@$(MEL2METAL) doctor $(WITH_COMPILER) $(if $(STEDGEAI),--stedgeai $(call said,STEDGEAI))

.PHONY: dataset
dataset: $(VENV)/.test ## Download ESC-50 and keep the ESC-10 clips in data/
	@$(MEL2METAL) dataset

.PHONY: models
models: $(VENV)/.test ## Fetch the published model that `make cv` starts from, to data/models
	@$(MEL2METAL) models

# What is missing is told before TensorFlow is installed.
.PHONY: check-train check-cv check-quantize
check-train check-cv check-quantize: config-is-there $(VENV)/.test
	@$(WITH_TRAIN_ARGS)$(MEL2METAL) $(@:check-%=%) --check $(WITH_CONFIG) $(WITH_SOUNDS)

.PHONY: train
train: check-train $(VENV)/.train $(CMSIS_DSP) ## Fine-tune and quantise the model in models/ (TensorFlow)
	@$(WITH_TRAIN_ARGS)$(MEL2METAL) train $(WITH_CONFIG) $(WITH_SOUNDS)

.PHONY: cv
cv: check-cv $(VENV)/.train $(CMSIS_DSP) ## Cross-validate the training over its folds (TensorFlow)
	@$(WITH_TRAIN_ARGS)$(MEL2METAL) cv $(WITH_CONFIG) $(WITH_SOUNDS)

.PHONY: quantize
quantize: check-quantize $(VENV)/.train $(CMSIS_DSP) ## A trained .keras to int8: TRAIN_ARGS="--out FILE" (TensorFlow)
	@$(WITH_TRAIN_ARGS)$(MEL2METAL) quantize $(WITH_CONFIG) $(WITH_SOUNDS)

.PHONY: evaluate
evaluate: $(VENV)/.test $(CMSIS_DSP) ## What an int8 model decides on each clip, as the chip would (EVENTS=1: in long recordings)
	@$(WITH_TRAIN_ARGS)$(MEL2METAL) evaluate $(WITH_MODEL) $(WITH_SOUNDS) $(WITH_SETTINGS) $(WITH_EVENTS)

# All C that is written by hand; what templates print is laid out by them.
FIND_C = find firmware_templates cross_check hil tests -name '*.[ch]' -not -path 'tests/golden/*'

.PHONY: lint
lint: $(VENV)/.test ## ruff, mypy, imports, clang-format: no change, only findings
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) -m tools.import_circles
	$(FIND_C) -exec $(VENV)/bin/clang-format --dry-run -Werror {} +

.PHONY: format
format: $(VENV)/.test ## Let ruff and clang-format write the layout
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	$(FIND_C) -exec $(VENV)/bin/clang-format -i {} +

.PHONY: hooks
hooks: $(VENV)/.dev ## Run the quick checks before each git commit
	$(PY) -m pre_commit install

.PHONY: audit
audit: $(VENV)/.dev ## Known weaknesses of the pinned packages (pip-audit; needs the internet)
	@$(PY) -m tools.audit

.PHONY: lock
lock: $(VENV)/.dev ## Write requirements/*.txt anew from pyproject.toml (UPGRADE=1: newest versions)
	$(LOCK) --extra train --extra test -o requirements/train.txt
	$(LOCK) -c requirements/train.txt -o requirements/firmware.txt
	$(LOCK) -c requirements/train.txt --extra test -o requirements/test.txt
	$(LOCK) -c requirements/train.txt --extra live -o requirements/live.txt
	$(LOCK) -c requirements/train.txt --extra dev -o requirements/dev.txt
	$(COMPILE) requirements/labgrid.in -o requirements/labgrid.txt

# One version of a package for all Pythons ("fewest"): the tables that numpy computes are the same.
COMPILE = UV_CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/bin/uv pip compile --quiet --universal \
	--python-version 3.11 --fork-strategy fewest --generate-hashes --no-build --no-annotate \
	$(if $(call is_on,UPGRADE),--upgrade)
LOCK = $(COMPILE) -c requirements/limits.in pyproject.toml requirements/build.in

# Python's standard library is enough for it: it works without .venv, and can remove that.
CLEAN = $(or $(if $(PYTHON),$(RUN_PYTHON)),$(wildcard $(PY)),$(error mel2metal needs Python 3.11 or newer: \
    make clean PYTHON=/path/to/python3.12)) -m generator.commands.clean \
    $(if $(call is_on,REPORTS),--reports)

.PHONY: clean
clean: ## Remove what was generated; what you changed or added stays (REPORTS=1: results too)
	@$(CLEAN) --caches

.PHONY: distclean
distclean: ## Remove the virtual environment and the tools as well (data/ stays)
	@$(CLEAN) --environments
