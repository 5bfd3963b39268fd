# Rung's few commands.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: run env dev test lint format audit lock clean

run: env ## try Rung in the browser, without Slack; trains the first model if there is none
	$(BIN)/rung sandbox

env: $(VENV)/.runtime ## the environment alone: .venv/bin/rung

dev: $(VENV)/.dev ## the environment with what tests and lint need

test: dev ## every test
	$(BIN)/pytest

lint: dev ## lint, format, types, direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

audit: dev ## dependencies: do they fit together, and has one a known fault (asks pypi.org where it is in reach)
	$(BIN)/python -m pip check --disable-pip-version-check
	@if $(BIN)/python -c 'import urllib.request as u; u.urlopen("https://pypi.org/pypi/pip/json", timeout=5)' 2>/dev/null; then \
	  $(BIN)/pip-audit --disable-pip --require-hashes -r requirements.lock; \
	else echo "pypi.org is out of reach: known faults were not looked up."; fi

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Rung needs Python 3.11 or newer; '$(PYTHON)' is older. Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

lock: ## renew the lock files from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --upgrade --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -q -o requirements.lock
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -c requirements.lock -q -o requirements-dev.lock

clean:
	rm -rf $(VENV) build *.egg-info
