# SPDX-License-Identifier: Apache-2.0
#
# Part of ../Makefile: how .venv is made, and how the lists of pinned packages are.

# The first Python that is new enough, unless PYTHON= names one.
IS_NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p $(IS_NEW_ENOUGH) && echo $$p && break; done)

$(VENV)/.created:
	@$(or $(PYTHON),false) $(IS_NEW_ENOUGH) || { \
	    echo "mel2metal needs Python 3.11 or newer; $(or $(PYTHON),no python3) is not." \
	    "Install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 3; }
	@test ! -e $(VENV) || test -e $(VENV)/.making || { \
	    echo "$(VENV) is here, and mel2metal did not make it." \
	    "Move it away, then run make again." >&2; exit 2; }
	@echo "[venv]     $(VENV) with $$($(PYTHON) --version)"
	@mkdir -p $(VENV); touch $(VENV)/.making
	@$(PYTHON) -m venv $(VENV) || $(PYTHON) -m virtualenv $(VENV) || { \
	    rm -rf $(VENV); \
	    echo "$(PYTHON) cannot make a virtual environment." \
	    "Install its venv module (Debian, Ubuntu: python3-venv), or virtualenv (pip)." >&2; exit 3; }
	@mv $(VENV)/.making $@

# One version of a package for all Pythons ("fewest"): the tables that numpy computes are the same.
COMPILE = UV_CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/bin/uv pip compile --quiet --universal \
	--python-version 3.11 --fork-strategy fewest --generate-hashes --no-build --no-annotate \
	$(if $(call is_on,UPGRADE),--upgrade)
LOCK = $(COMPILE) -c requirements/limits.in pyproject.toml requirements/build.in
