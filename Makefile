# Rounds: what a developer or an administrator types. `make` alone lists it.

PYTHON ?= python3
PORT ?= 8000
SEED ?= 1
PHONES ?= 40
STEPS ?= 20000
NODE ?= 4
UV := .venv/bin/uv
UV_PIN := $(shell sed -n 's/.*"\(uv==[0-9.]*\)".*/\1/p' pyproject.toml)
NODE_IS_NEW_ENOUGH := node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' && npm --version
SYNC := $(UV) sync --frozen --inexact --quiet

# First .venv, because that is where Node stands when this machine has none or an old one.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo test soak lint browser simulate simulate-mutants sizes bench bench-phone screenshots clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

setup: .venv/.ready node_modules/.ready pwa/vendor/.ready ## Fetch what Rounds needs (done once; again when a lock file changed)

demo: setup ## Run a made-up local to try out: PEOPLE=20000 PORT=8000 URL=https://…
	.venv/bin/rounds demo --port $(PORT) $(if $(PEOPLE),--people $(PEOPLE)) $(if $(URL),--url $(URL))

test: setup browser lint ## Run every check: linters, types, then all tests
	.venv/bin/pytest -n 2 --dist loadfile --no-loadscope-reorder

soak: export PYTEST_TIMEOUT := 0
soak: setup ## Run the long trials: 1,000 kills, the power cut at every point, 200 simulated unions
	ROUNDS_KILLS=1000 .venv/bin/pytest -s tests/test_killed_server.py
	ROUNDS_CRASH_POINTS=all .venv/bin/pytest -s tests/test_power_loss.py
	ROUNDS_LOOKS=all .venv/bin/pytest tests/test_accessible.py tests/test_phone_screens.py
	ROUNDS_HISTORIES=1000 .venv/bin/pytest tests/test_whole_log.py
	ROUNDS_EXAMPLES=20 .venv/bin/pytest tests/test_sync_laws.py tests/test_phone_laws.py
	ROUNDS_API_EXAMPLES=5000 .venv/bin/pytest -s tests/test_openapi.py
	.venv/bin/python -m tests.fuzz --seconds 3600
	.venv/bin/python -m tests.simulator --seeds 1-200 --phones 12 --steps 2000 --node $(NODE)

lint: setup ## Check format, style and types of Python, JavaScript and CSS
	.venv/bin/ruff format --check --quiet
	.venv/bin/ruff check --quiet
	.venv/bin/mypy --no-error-summary
	node_modules/.bin/biome ci --error-on-warnings
	node_modules/.bin/tsc --project pwa/tsconfig.json
	node_modules/.bin/tsc --project pwa/tsconfig.worker.json
	node_modules/.bin/tsc --project server/tsconfig.json

browser: setup
	.venv/bin/python tools/find_chromium.py
	.venv/bin/python tools/find_engines.py

simulate: setup ## Break all it can around the exchange: SEED=1 PHONES=40 STEPS=20000 NODE=4
	.venv/bin/python -m tests.simulator --seed $(SEED) --phones $(PHONES) --steps $(STEPS) --node $(NODE)

simulate-mutants: setup ## Plant a fault for each thing that must hold: is each one caught?
	.venv/bin/python -m tests.simulator.mutants

sizes: setup ## Show what JavaScript a phone loads, and hold it to its budget
	.venv/bin/python tools/sizes.py

bench: setup tests/bench/node_modules/.ready ## Measure against PouchDB and the raw limits: ONLY=push,delta QUICK=1
	.venv/bin/python -m tests.bench $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick)

bench-phone: setup browser tests/bench/node_modules/.ready ## Measure the phone in a slowed Chromium: ONLY=start,save QUICK=1
	.venv/bin/python -m tests.bench.phone $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick)

screenshots: setup browser ## Take the pictures in the documentation anew
	.venv/bin/python tools/screenshots.py

clean: ## Remove what `make setup` made; data in var/ stays
	rm -rf .venv node_modules tests/bench/node_modules pwa/vendor .mypy_cache .pytest_cache .ruff_cache .hypothesis

# Each .ready file is younger than what it was made from, so a second run does nothing
# and needs no network.

.venv/.ready: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Rounds needs Python 3.11 or newer. Name one: make PYTHON=python3.12 …")'
	test -x .venv/bin/pip || $(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check $(UV_PIN)
	$(SYNC)
	touch $@

node_modules/.ready: package.json package-lock.json .npmrc | .venv/.ready
	{ $(NODE_IS_NEW_ENOUGH); } >/dev/null 2>&1 || $(SYNC) --group node
	npm ci --ignore-scripts --loglevel=error
	touch $@

# Lighthouse, and the peer that `make bench` measures against; leveldown brings its binary inside its package.
tests/bench/node_modules/.ready: tests/bench/package.json tests/bench/package-lock.json tests/bench/.npmrc | node_modules/.ready
	cd tests/bench && npm ci --ignore-scripts --loglevel=error
	touch $@

pwa/vendor/.ready: node_modules/.ready tools/vendor.py $(shell find pwa -name '*.js' -not -path 'pwa/vendor/*')
	.venv/bin/python tools/vendor.py
	touch $@
