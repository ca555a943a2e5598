# The front door: make rehearse, make test. Needs Python 3.11 or later, git and make; sets up the rest itself.

PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
REPO ?=

.PHONY: setup rehearse test check bench format docs clean

setup: .venv/.ready ## Leave the command at .venv/bin/release-pipeline

.venv/.ready: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, this is %d.%d" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip --quiet install uv==$(UV_VERSION)
	@$(BIN)/uv sync --quiet --frozen --inexact
	@touch $@

rehearse: setup ## The whole pipeline on this machine; REPO=path takes a copy of your own repository
	@$(BIN)/release-pipeline rehearse $(if $(REPO),"$(REPO)")

# The first whole run fills the caches (engine, BuildKit, other tools) one after the other; later ones share them.
test: setup ## Everything: unit, contract, real git, local GitHub, end to end in containers
	@$(BIN)/python -m pytest $(if $(wildcard .cache/filled),-n 3 --dist loadfile) $(ARGS)
	@$(if $(ARGS),true,mkdir -p .cache && touch .cache/filled)

check: setup ## The static part alone, in seconds
	@$(BIN)/python -m pytest -q tests/contract $(ARGS)

bench: setup ## Measure the programs beside their peers; ARGS="--only plan --runs 5"
	@$(BIN)/python -m bench $(ARGS)

format: setup
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

docs: setup ## Regenerate the tables of the READMEs from the action.yml files
	@$(BIN)/cog -r -P release/README.md images/README.md

clean: ## Remove what setup and the tests made; the engine's folder .lab/ too
	@rm -rf .venv .cache .lab rehearsal-out
