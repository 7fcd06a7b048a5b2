# Wireroom. `make help` lists what there is; CI runs these targets and nothing else.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --require-virtualenv
# What pip downloads: the same line over and over on a terminal, else a line for each large one.
PROGRESS := awk -v live="$$(test -t 2 && echo yes)" '/^ +Downloading / { n++; \
    if (live) printf "\r\033[K  %d  %.60s %s %s", n, $$2, $$3, $$4; \
    else if (/MB\)/) print "  " n "  " $$2 " " $$3 " " $$4; fflush() } \
    END { if (live) printf "\r\033[K" }'

.PHONY: help setup develop demo up down compose-check test unit chaos chaos-controls lint fmt schemas reference dashboard train-extractor bench quality fuzz lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# A stamp tells what is installed: changing a lock file installs anew, else nothing is done.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Python 3.11 or newer is needed; name one with make PYTHON=/path/to/python3.13"; exit 1; }
	@echo "Making $(VENV) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements-embedded.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what Wireroom needs (about 170 MB, once) …"
	@set -o pipefail; $(PIP) install --progress-bar off --no-deps --only-binary :all: --require-hashes \
	    -r $< | $(PROGRESS)
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.develop: requirements-dev.lock $(VENV)/.run
	@echo "Installing the tools of development …"
	@$(PIP) install --quiet --only-binary :all: --require-hashes -r $<
	@touch $@

setup: $(VENV)/.run  ## own environment in .venv, from the lock file

develop: $(VENV)/.develop  ## the same with test and lint tools

demo: setup  ## see articles go the whole way, on this machine alone
	@$(BIN)/wireroom demo

up:  ## everything in containers, with docker compose
	docker compose -f deploy/compose.yaml up -d --build --wait

down:  ## stop the containers; the articles stay in their volumes
	docker compose -f deploy/compose.yaml --profile '*' down

compose-check: develop  ## the containers for real, from nothing to nothing; needs an engine
	@$(BIN)/python -m deploy.check $(ARGS)

test: develop  ## all tests, against real Kafka and Postgres
	@$(BIN)/python -m pytest $(ARGS)

unit: develop  ## the tests that need neither servers nor network
	@$(BIN)/python -m pytest tests/unit $(ARGS)

chaos: develop  ## whatever can break does, at nine levels; one of them: make chaos ARGS="L3 --seed 7"
	@$(BIN)/python -m tests.chaos $(ARGS)

chaos-controls: develop  ## take one safety device out after another: the proof has to find each
	@$(BIN)/python -m tests.chaos controls $(ARGS)

lint: develop  ## everything that reads the code without running it
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python schemas/generate.py --check
	$(BIN)/python schemas/lock.py --check
	$(BIN)/python -m wireroom.cli.reference --check
	$(BIN)/python deploy/grafana/dashboard.py --check

fmt: develop  ## set the code's form right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schemas: develop  ## after a change of schemas/*.avsc: lock and classes anew
	$(BIN)/python schemas/lock.py
	$(BIN)/python schemas/generate.py
	$(BIN)/python -m wireroom.cli.reference

reference: develop  ## docs/reference anew from the code
	$(BIN)/python -m wireroom.cli.reference

dashboard: develop  ## deploy/grafana's dashboard anew from its script
	$(BIN)/python deploy/grafana/dashboard.py

train-extractor: develop  ## the classifier of page bodies anew: make train-extractor DATA=DIR
	@$(PIP) install --quiet --only-binary :all: --target .train -r tools/train_extractor/requirements.txt
	PYTHONPATH=.train $(BIN)/python -m tools.train_extractor --data $(DATA) $(ARGS)

bench: develop  ## speed and size, as ratios within one run
	$(BIN)/python -m tests.bench

quality: develop  ## how well labelled syndicated texts are read, by language
	$(BIN)/python -m tests.quality.syndicated $(ARGS)

fuzz: develop  ## what nobody would write is fed to clean: make fuzz ARGS="--minutes 30"
	@$(BIN)/python -m tests.fuzz $(ARGS)

lock: develop  ## newest versions that pyproject.toml allows; needs uv
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-header --upgrade pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-header --upgrade --group build -o requirements-build.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-header --upgrade pyproject.toml --extra embedded --group build -o requirements-embedded.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-header --upgrade pyproject.toml --extra embedded --group dev -o requirements-dev.lock

clean:  ## remove what was made here; .wireroom (your articles) stays
	rm -rf $(VENV) .train dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
