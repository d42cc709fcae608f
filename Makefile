# The two commands of a fresh machine: `make demo` and `make test`.
#
# Needs Python 3.10 or newer, git and make. The rest is fetched on the first run: Debian packages
# with apt (as root or through sudo, and only those that are missing), Python packages into .venv.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUTPUT ?= out

APT_RUN := gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib gcc g++ libc6-dev
APT_TEST := $(APT_RUN) qemu-system-arm gdb-multiarch

.PHONY: help demo test unit coverage bench docs lint format clean

help:  ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

demo: $(VENV)/.run  ## build the firmware, boot it on both boards, classify recordings, show the cost
	@[ -t 2 ] || echo 'demo: building and booting the firmware, half a minute the first time' >&2
	@$(BIN)/workbench demo --output $(OUTPUT)

test: $(VENV)/.dev lint  ## lint, type check and all tests; ends with pytest's own summary
	@$(BIN)/python -m pytest -n 2 -q

unit: $(VENV)/.unit  ## the quick tests, half a minute; they need no cross compiler
	@$(BIN)/python -m pytest -n 2 -q -m 'not slow' tests/unit

coverage: $(VENV)/.unit  ## how much of the package the quick tests reach, with a floor
	@$(BIN)/python -m pytest -n 2 -q -m 'not slow' tests/unit \
	    --cov --cov-report=term:skip-covered --cov-report=html:$(OUTPUT)/coverage

lint: $(VENV)/.dev
	@$(MAKE) -s $(VENV)/.runtime
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@git ls-files -z '*.h' '*.cc' '*.c' \
	    | xargs -0 -r $(BIN)/clang-format --dry-run --Werror

format: $(VENV)/.dev  ## let the tools format Python and C++
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@git ls-files -z '*.h' '*.cc' '*.c' | xargs -0 -r $(BIN)/clang-format -i

bench: $(VENV)/.dev  ## speed of the emulation and cost of one inference, as figures
	@$(BIN)/workbench bench
	@$(BIN)/python -m tests.bench

docs: $(VENV)/.run  ## the keywords of the Robot Framework library, as a page
	@mkdir -p $(OUTPUT)
	@$(BIN)/python -m robot.libdoc workbench.robot.Workbench $(OUTPUT)/Workbench.html

clean:  ## remove .venv, out/ and what the tools left behind; no folder that OUTPUT or VENV names
	rm -rf .venv out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# A stamp is as old as the last successful set-up; the next change of its inputs repeats it.
INPUTS := .ci/setup.sh pyproject.toml setup.py Makefile $(shell find workbench -path '*/csrc/*.[ch]*')

# The firmware's runtime for the host is compiled anew by itself, which takes seconds.
RUNTIME := $(shell find firmware/runtime -name '*.cc' -o -name '*.h' -o -name '*.inc')

$(VENV)/.runtime: $(RUNTIME)
	@$(BIN)/python setup.py -q build_ext --inplace
	@touch $@

$(VENV)/.run: $(INPUTS)
	@PYTHON=$(PYTHON) .ci/setup.sh $(VENV) '.[oracle]' "$(APT_RUN)"
	@touch $@

$(VENV)/.dev: $(INPUTS)
	@PYTHON=$(PYTHON) .ci/setup.sh $(VENV) '.[dev]' "$(APT_TEST)"
	@touch $@ $(VENV)/.run $(VENV)/.unit

$(VENV)/.unit: $(INPUTS)
	@PYTHON=$(PYTHON) .ci/setup.sh $(VENV) '.[dev]' ""
	@touch $@
