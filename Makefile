# What people type. `make` alone lists it.
#
# In scripts: (cd FOLDER && make build | tail -n 1), since make -C adds a line of its own.
# Builds go to CARGO_TARGET_DIR, by default outside the project, so that a fresh clone finds the dependencies compiled.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/ytempire
override CARGO_TARGET_DIR := $(abspath $(or $(CARGO_TARGET_DIR),$(CACHE)/target))
export CARGO_TARGET_DIR
BIN := $(CARGO_TARGET_DIR)/debug/ytempire
PYTHON := $(CACHE)/venv/bin/python

# What `make bench` measures is built with this profile; `make bench BENCH_PROFILE=dev` is quicker to build.
BENCH_PROFILE ?= release
BENCH_BIN := $(CARGO_TARGET_DIR)/$(if $(filter dev,$(BENCH_PROFILE)),debug,$(BENCH_PROFILE))/ytempire
# Benches of parts; those of the whole are run by infra/bench/run.sh, on both brokers.
CRITERION := broker quota simulate tiles trending
SOAK_MINUTES ?= 60
KILLS ?= 1000
# More arguments for `ytempire up`: make run ARGS="--no-simulate --http 127.0.0.1:9000"
ARGS ?=

DASHBOARD := api/dashboard
ifneq ($(wildcard $(DASHBOARD)/package.json),)
DASHBOARD_PAGE := $(DASHBOARD)/dist/index.html
DASHBOARD_SOURCES := $(shell find $(DASHBOARD) \( -name node_modules -o -name dist -o -name tests -o -name e2e \) -prune \
    -o -type f -print | tr ' ' '?')
endif

# Those that are started; shellcheck follows them to those that are sourced.
SCRIPTS := .ci/run $(wildcard infra/*.sh infra/bench/*.sh infra/bench/spark/*.sh infra/kafka/*.sh) $(addprefix infra/tests/,run.sh kills.sh soak.sh)

.PHONY: help build run test lint bench soak audit clean bootstrap-run bootstrap-test

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

bootstrap-run:
	@infra/bootstrap.sh run

bootstrap-test:
	@infra/bootstrap.sh test

# Vite keeps the page's time when nothing in it changed, so it is touched.
$(DASHBOARD_PAGE): $(DASHBOARD_SOURCES) | bootstrap-run
	@echo "build: the dashboard" >&2
	@cd $(DASHBOARD) && npm run --silent build >&2 && touch dist/index.html

build: bootstrap-run $(DASHBOARD_PAGE) ## build everything; the last line is the executable's path
	@test -x "$(BIN)" || echo "build: the first build compiles some 700 crates; 10 to 20 minutes on 2 cores" >&2
	@echo "build: ytempire, into $(CARGO_TARGET_DIR)" >&2
	@cargo build --workspace
	@echo "$(BIN)"

run: build ## build, then run the platform on this machine, with demo data
	@exec "$(BIN)" up $(ARGS)

test: bootstrap-test build ## every test: Rust, dashboard, notebooks, end to end
	cargo test --workspace
	$(if $(DASHBOARD_PAGE),cd $(DASHBOARD) && npm test)
	infra/tests/run.sh "$(BIN)"

lint: bootstrap-test $(DASHBOARD_PAGE) ## formatting and static checks of every language here
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	infra/audit.sh quick
	$(if $(DASHBOARD_PAGE),cd $(DASHBOARD) && npm run --silent lint)
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(CACHE)/venv/bin/shellcheck --external-sources --check-sourced $(SCRIPTS)

bench: bootstrap-test $(DASHBOARD_PAGE) ## measure: parts with criterion, the whole on both brokers
	cargo bench --workspace $(addprefix --bench ,$(CRITERION)) --profile $(BENCH_PROFILE)
	cargo build --workspace --profile $(BENCH_PROFILE)
	infra/bench/run.sh "$(BENCH_BIN)"

soak: bootstrap-test build ## SOAK_MINUTES of simulated load, then KILLS times SIGKILL in the middle of an ingest
	infra/tests/soak.sh "$(BIN)" $(SOAK_MINUTES)
	infra/tests/kills.sh "$(BIN)" $(KILLS)

audit: ## licences, sources and known vulnerabilities of the dependencies; builds cargo-deny once
	infra/audit.sh full

clean: ## remove what was built; the cache's Postgres, Kafka and Python stay
	cargo clean
	rm -rf $(DASHBOARD)/dist
