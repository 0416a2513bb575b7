# The two commands of the README are `make demo` and `make test`. Everything is installed into .venv from the lock files.
SHELL := /bin/bash
.DEFAULT_GOAL := help
STATE ?= .canopy
CANOPY := .venv/bin/canopy
JOBS ?= 2

# The first Python from 3.11 to 3.13 that can make an environment: Debian's cannot before python3-venv is installed.
FITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c '$(FITS)' 2>/dev/null && { command -v "$$p"; break; }; done)

.PHONY: help demo test check bench install install-dev clean format

help:
	@echo "make demo    install, start PostgreSQL and Temporal, and play three real rounds (first time about two minutes)"
	@echo "make test    install what the tests need, check the code, and run every test"
	@echo "make check   ruff, mypy --strict, import contracts"
	@echo "make bench   one table of measurements with ratios"
	@echo "make clean   stop the stack and remove .venv and the state folder, after asking"

# An environment is complete when its stamp is newer than the lock it was made from.
.venv/installed: requirements.lock pyproject.toml
	@"$(PYTHON)" -c '$(FITS)' 2>/dev/null || { echo "Canopy needs Python 3.11 to 3.13 with the venv module" \
		"(Debian, Ubuntu: apt-get install python3-venv): install one, or say make PYTHON=/path/to/python"; exit 1; }
	@.venv/bin/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear .venv
	@echo "installing from requirements.lock …"
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch .venv/installed

.venv/installed-dev: requirements-dev.lock .venv/installed
	@echo "installing what the tests need …"
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch .venv/installed-dev

install: .venv/installed
install-dev: .venv/installed-dev

demo: .venv/installed
	@$(CANOPY) demo --state "$(STATE)"

check: .venv/installed-dev
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-cache >/dev/null || .venv/bin/lint-imports --no-cache

test: check
	@.venv/bin/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

bench: .venv/installed-dev
	@.venv/bin/python -m bench

format: .venv/installed-dev
	@.venv/bin/ruff check --fix --quiet .
	@.venv/bin/ruff format .

clean:
	@if $(CANOPY) --help >/dev/null 2>&1; then $(CANOPY) down --erase $$(test -t 0 || echo --yes) --state "$(STATE)"; \
	elif test -e "$(STATE)"; then echo "$(STATE) stays: without .venv nothing knows what runs there. To remove it: make install clean"; fi
	@rm -rf .venv canopy.egg-info build
