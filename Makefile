PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python
INSTALL := $(PY) -m scripts.install
# Only a terminal is told, so that a script that reads what make prints finds nothing new in it.
SAY = @test ! -t 2 || echo $(1) >&2

UPSTREAM_URL ?= https://raw.githubusercontent.com/openai/openai-openapi/HEAD/openapi.yaml
BASE ?= openapi.yaml
FORMAT ?= table

.DEFAULT_GOAL := help
.PHONY: help demo test coverage lint types update spec spec-diff generate check-generated constraints bench soak docs build check-build clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

.venv/runtime: pyproject.toml scripts/constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ...")'
	$(call SAY,"Making an environment in .venv: a few seconds ...")
	@test -x $(PY) || $(PYTHON) -m venv .venv
	$(call SAY,"Installing pip at the version of scripts/constraints.txt ...")
	@$(INSTALL) pip
	$(call SAY,"Installing the package and what its server and command need ...")
	@$(INSTALL) --editable '.[cli,server]'
	@touch $@

.venv/dev: .venv/runtime
	$(call SAY,"Installing the development tools: about a minute ...")
	@$(INSTALL) --group dev
	@touch $@

demo: .venv/runtime  ## Run the tour: every call, against the local server or the service your environment names
	@$(PY) -m scripts.demo

# worksteal gives each process a stretch of the files, so that what a module sets up is set up once. Byte code is kept,
# even where the environment says otherwise: the hundred processes that the tests start would each compile the package.
PYTEST := pytest --numprocesses auto --dist worksteal $(if $(CI),--mutations)

test: .venv/dev  ## Run the tests; with CI=1 those too that break the pin in every way
	@$(if $(COVERAGE),$(PY) -m coverage erase)
	@PYTHONDONTWRITEBYTECODE= $(PY) -m $(if $(COVERAGE),coverage run -m) $(PYTEST) $(ARGS)
	@$(if $(COVERAGE),$(PY) -m coverage combine --quiet && $(PY) -m coverage report)

coverage:  ## Run every test, name the lines and branches that none of them runs, and fail if there are many
	@$(MAKE) --no-print-directory test CI=1 COVERAGE=1

lint: .venv/dev  ## Check style, formatting and the direction of imports
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports --no-cache --no-logo

types: .venv/dev  ## Check types with mypy (strict) and pyright, the examples of README and docs included
	@$(PY) -m scripts.examples
	@$(BIN)/mypy
	@$(BIN)/mypy tests/typing scripts
	@$(BIN)/basedpyright

update: .venv/dev  ## Pin, generate and check a revision, and say what it means: make update UPSTREAM=path-or-URL
	@$(PY) -m scripts.update --revision "$(REVISION)" --date "$(DATE)" --force "$(FORCE)" -- "$(UPSTREAM)"

spec: .venv/dev  ## Pin an upstream document: make spec UPSTREAM=path-or-URL
	@$(PY) -m scripts.pin_spec --revision "$(REVISION)" --date "$(DATE)" -- "$(UPSTREAM)"

spec-diff: .venv/dev  ## Say what a document changes, by default the newest: make spec-diff UPSTREAM=path-or-URL
	@$(PY) -m scripts.spec_diff --base "$(BASE)" --format "$(FORMAT)" -- "$(or $(UPSTREAM),$(UPSTREAM_URL))" || test $$? -lt 3

generate: .venv/dev  ## Write generated/chatcompletions_api from openapi.yaml
	@$(PY) -m scripts.generate

check-generated: .venv/dev  ## Check that generated/ is what make generate would write
	@$(PY) -m scripts.generate --check

# Needs pip alone: the constraints that it mends may be what keeps anything else from being installed.
constraints:  ## Raise the versions that the checks run with to the newest that pyproject.toml allows
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --upgrade pip
	@$(PY) -m scripts.constraints

soak: .venv/dev  ## Soak both clients in a faulty local server for two minutes, and account for every answer
	@$(PY) -m scripts.soak $(ARGS)

bench: .venv/dev  ## Compare with raw httpx, the official SDK and stock models: make bench QUICK=1 ONLY=create
	@$(PY) -m scripts.bench $(if $(filter-out 0,$(QUICK)),--quick) $(if $(ONLY),--only $(ONLY)) $(ARGS)

docs: .venv/dev  ## Build the documentation into site/html, strict about links and anchors
	@$(PY) -m scripts.docs

build: .venv/runtime  ## Build the last commit into dist/, twice the same bytes, and check it: make build TAG=v1.2.3
	@$(PY) -m scripts.release.build --tag "$${TAG-}"

check-build: build  ## Install what was built, alone and with each extra, on each Python that is found, and try it
	@$(PY) -m scripts.release.check $(ARGS)

clean:  ## Remove what the other targets made, the environment included
	rm -rf .venv .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis dist site
