# OpenYibao. Plain `make` lists the targets. Everything lives in .venv (and .uv, where the machine has no uv of its own).

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint bench bench-big format hooks
unexport VIRTUAL_ENV

UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo .uv/bin/uv)
BIN := .venv/bin
# The distribution's Python is built with optimisations (a fifth faster than a pyenv one), so it goes first.
PYTHON := $(addprefix --python ,$(wildcard /usr/bin/python3.11))
# Tests that need neither a database nor a browser; what needs one is marked.
PURE := tests/tidy $(wildcard tests/golden tests/kit tests/properties tests/rooms/policies)
NOT_PURE := browser or owns_server or postgres16

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# What runs SQL of the rooms; once more on PostgreSQL 16, the oldest supported.
STORES := tests/rooms tests/demo tests/journeys tests/kit/test_distribution.py

setup: $(filter .uv/bin/uv,$(UV)) ## install everything into .venv, and nothing else
	$(UV) sync --frozen $(PYTHON)

demo: setup ## from a bare checkout to the running demo
	$(BIN)/openyibao demo

test: setup ## everything: formatting, types, import contracts, all tests (browser tests where Chromium can be had)
	@.ci/browser
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest -n 2 --dist loadgroup -m "not browser"
	$(BIN)/pytest -m browser
	$(BIN)/pytest -n 2 --postgres 16 $(STORES)

check: setup ## the edit loop, under a minute: lint, tidy rules, tests without database or browser
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest -q -n 2 -m "not ($(NOT_PURE))" $(PURE)

lint: ## formatting, ruff, mypy, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: setup ## measure, side by side with pgbench on the same server, then import and year roll of 100,000; writes bench/results.json
	$(BIN)/openyibao bench
	$(BIN)/python tools/bulk_bench.py 100000

bench-big: setup ## import and year roll of 1,000,000 people, a stay of 2,000 lines: time and memory
	$(BIN)/python tools/bulk_bench.py 1000000

format: setup ## format the code and mend what ruff can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

hooks: setup ## install the git hooks (lint before a commit, check before a push)
	$(BIN)/pre-commit install --hook-type pre-commit --hook-type pre-push

# A machine without uv: into a venv, since Debian's pip leaves the system alone; where Debian's python3-venv is missing
# too, by pip into a folder, which it allows.
.uv/bin/uv:
	@echo "uv is not installed: putting it into .uv"
	@python3 -m venv .uv >/dev/null 2>&1 && .uv/bin/pip install --quiet uv \
	|| { rm -rf .uv; python3 -m pip install --quiet --target .uv uv; } \
	|| { rm -rf .uv; echo "No uv, and neither 'python3 -m venv' nor pip works: install uv, or Debian's python3-venv." >&2; exit 1; }
