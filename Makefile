# One recipe for a person and for CI. `make run` and `make test` work as the first command after
# a clone; all they need is make and Python 3.11 or newer. Name another Python: make PYTHON=…
.DEFAULT_GOAL := help
SHELL := /bin/sh

# The newest Python that is new enough, looking at the plain name first.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$name"; break; }; done)
BIN := .venv/bin
WORKERS ?= 2

.PHONY: help setup setup-dev run test check drills vectors bench docs pages lock features clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

setup: ## make .venv with the locked dependencies
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed on the PATH" >&2; exit 1; }
	@"$(PYTHON)" scripts/setup.py run

setup-dev:
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed on the PATH" >&2; exit 1; }
	@"$(PYTHON)" scripts/setup.py dev

run: setup ## start everything on this machine, http://localhost:8000
	@$(BIN)/propdesk up

test: check ## linters, types, layers, then every test but the drills
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal -ra --durations 40 --durations-min 5

check: setup-dev ## linters, format, types, layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/features.py --check

drills: setup-dev ## the long seeded runs and the whole mutation run
	$(BIN)/python -m pytest -m drill -ra

vectors: setup ## run worked examples: make vectors FILE=../shared/vectors.jsonl
	@test -n "$(FILE)" || { echo "make: name the file: make vectors FILE=path/to/vectors.jsonl" >&2; exit 2; }
	@$(BIN)/python -m propdesk.boot.vectors "$(FILE)"

bench: setup ## the benchmarks: make bench ARGS="engine --json -"
	@$(BIN)/propdesk bench $(ARGS)

docs: setup-dev ## build the documentation into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

pages: features ## rewrite the pages and pictures made from the code and the presets
	$(BIN)/python scripts/exports.py
	$(BIN)/python -m scripts.quote_formats
	$(BIN)/python -m scripts.record_schema
	$(BIN)/python -m scripts.rule_pages
	$(BIN)/python -m scripts.concept_pictures

lock: ## recreate requirements/*.txt (needs uv)
	scripts/lock

features: setup-dev ## rewrite docs/features.md from docs/features.toml
	$(BIN)/python scripts/features.py

clean: ## remove the environment and all caches
	rm -rf .venv .setup.lock .mypy_cache .ruff_cache .pytest_cache .import_linter_cache mutants site
