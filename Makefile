# Everything one does with this project. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help setup lock demo up down overnight test test-rest test-all test-live contracts check bench clean

PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3; do \
	command -v $$name >/dev/null 2>&1 && $$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	2>/dev/null && echo $$name && break; done)
UV_VERSION := 0.13.9
BIN := .venv/bin
STAMP := .venv/installed
RUN := PYTHONPATH="$(CURDIR)" $(BIN)/python

# A test run lives in a home of its own: no ~/airflow, and no token of the person who starts it.
PYTEST = home=$$(mktemp -d) && trap 'rm -rf "$$home"' EXIT && \
	env -u GITHUB_TOKEN -u OPENAI_API_KEY AIRFLOW_HOME="$$home" PYTHONPATH="$(CURDIR)" $(BIN)/python -m pytest
QUICK := not slow and not e2e and not browser and not contracts and not live
SLOW := slow and not e2e and not browser and not contracts and not live
WHOLE := (e2e or browser) and not contracts and not live
EVERY_CORE := --numprocesses=auto --dist=loadfile

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv with every locked dependency (instant when nothing changed)

$(STAMP): requirements-dev.txt
	@test -n "$(PYTHON)" || { echo "Overnight needs Python 3.11, 3.12 or 3.13 on PATH; none found." \
		"Install one, or name it: make setup PYTHON=/path/to/python3.11"; exit 1; }
	@command -v git >/dev/null || { echo "Overnight needs git on PATH; none found."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "$(PYTHON) cannot make a virtual environment; install its venv module (Debian: python3-venv)."; exit 1; }
	@$(BIN)/python -m pip install --quiet uv==$(UV_VERSION)
	@# uv does not read pip.conf: where only pip knows the way to a mirror, pip installs the same lock, slower.
	@VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/uv pip sync --quiet --compile-bytecode requirements-dev.txt || \
		$(BIN)/python -m pip install --quiet --no-deps -r requirements-dev.txt
	@touch $@

lock: $(STAMP) ## Write requirements*.txt again from requirements*.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links \
		requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links \
		-c requirements.txt requirements-dev.in -o requirements-dev.txt
	@! grep -nE '^[^#]*(https?:|file:|--(extra-)?index-url|--find-links)' requirements.txt requirements-dev.txt || \
		{ echo "A lock names a host or a file of this machine: see the lines above."; exit 1; }

demo: $(STAMP) ## Play one whole night on this machine: no account, no key, no cost [NIGHT=desktop]
	@$(RUN) -m demo.night $(if $(NIGHT),--night "$(NIGHT)")

up: $(STAMP) ## Leave the demo running, with Airflow's UI on http://127.0.0.1:8080 (admin / admin)
	@$(RUN) -m demo.night --up

down: $(STAMP) ## Stop what `make up` left running
	@$(RUN) -m demo.night --down

overnight: $(STAMP) ## Run a night on a real repository: OWNER= REPO= [MAX_ISSUES=10] [DRY_RUN=1]
	@test -n "$(OWNER)" && test -n "$(REPO)" || \
		{ echo "Say which repository: make overnight OWNER=acme REPO=pantry MAX_ISSUES=10 DRY_RUN=1"; exit 2; }
	@bin/overnight run --owner "$(OWNER)" --repo "$(REPO)" \
		$(if $(MAX_ISSUES),--max-issues "$(MAX_ISSUES)") $(if $(filter-out 0 false no,$(DRY_RUN)),--dry-run)

test: $(STAMP) ## The quick tests (no end-to-end, no browser)
	@$(PYTEST) -m "$(QUICK)" $(EVERY_CORE)

test-rest: $(STAMP) ## The tests `make test` leaves out: slow, end-to-end, browser
	@$(PYTEST) -m "$(SLOW)" $(EVERY_CORE)
	@$(PYTEST) -m "$(WHOLE)"

test-all: test test-rest ## Every test that needs no account

test-live: $(STAMP) ## The tests on the real GitHub and a paid model; they cost half a dollar at most
	@for name in GITHUB_TOKEN OPENAI_API_KEY OVERNIGHT_LIVE_REPOSITORY; do \
		test -n "$$(printenv $$name)" || { echo "make test-live: $$name not set; nothing was sent anywhere."; exit 0; }; \
	done; \
	home=$$(mktemp -d) && trap 'rm -rf "$$home"' EXIT && \
		AIRFLOW_HOME="$$home" PYTHONPATH="$(CURDIR)" $(BIN)/python -m pytest -m live

contracts: $(STAMP) ## Compare our forge and our requests with GitHub's own descriptions (needs npm)
	@if ! command -v npm >/dev/null; then \
		echo "make contracts: npm not found, so GitHub's descriptions cannot be fetched; nothing was compared."; \
	else \
		mkdir -p build/contracts && cp demo/contracts/package.json build/contracts/package.json && \
		npm install --prefix build/contracts --no-package-lock --no-audit --no-fund --ignore-scripts --silent && \
		{ $(PYTEST) -m contracts; }; \
	fi

check: $(STAMP) ## Lint, format, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH="$(CURDIR)" $(BIN)/lint-imports --no-cache

bench: $(STAMP) ## Measure what we promise about speed
	@for file in bench/[a-z]*.py; do \
		test -e "$$file" || continue; name=$$(basename "$$file" .py); \
		echo "bench.$$name"; $(RUN) -m "bench.$$name" || exit 1; \
	done

clean: ## Remove what the targets made, .venv excepted
	@test ! -d build/demo || test ! -x $(BIN)/python || $(RUN) -m demo.night --down
	@rm -rf build .ruff_cache .import_linter_cache
	@find . -path ./.venv -prune -o -type d -name __pycache__ -print0 | xargs -0 rm -rf
