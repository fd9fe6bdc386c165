# The front door. `make demo` and `make test` do all the set-up; everything lands in .venv and target.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PLUGINS := plugins/recon-ssh plugins/recon-ftp plugins/recon-http
RUST_SOURCES := $(shell find rust -path rust/fuzz -prune -o -name '*.rs' -o -name 'Cargo.toml' -o -path 'rust/*/data/*' -type f 2>/dev/null) Cargo.toml Cargo.lock
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export CARGO_NET_RETRY := 5

.PHONY: help need demo test lint check fuzz bench lab-bench lab-recall docs clean system

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

need:
	@.ci/need $(PYTHON)

demo: $(VENV)/.built ## Build everything and sweep an embedded lab of services
	$(BIN)/recon demo

test: $(VENV)/.built ## Build everything and run every test
	cargo test --workspace --locked --quiet
	$(BIN)/python -m pytest -q

lint: $(VENV)/.built ## Format, lint, types, licences
	cargo fmt --all --check
	cargo fmt --manifest-path rust/fuzz/Cargo.toml --check
	cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m mypy.stubtest recon._core --ignore-missing-stub --concise
	$(BIN)/python .ci/licences.py

check: lint test ## What CI runs: lint, tests, quick benches
	$(MAKE) bench QUICK=1

fuzz: $(VENV)/.built ## Feed arbitrary bytes to every parser in Rust, SECONDS=60 each
	$(BIN)/python rust/fuzz/seeds.py
	SECONDS_EACH=$(or $(SECONDS),60) rust/fuzz/run $(TARGETS)

bench: $(VENV)/.built target/release/floor ## Measure, print ratios, write bench-results/*.json
	$(BIN)/python benches/run.py $(if $(QUICK),--quick)

lab-bench: $(VENV)/.built target/release/floor ## Raw backend beside floors, zmap, masscan (root)
	.ci/install-peers
	$(BIN)/python benches/lab.py $(if $(QUICK),--quick)

lab-recall: $(VENV)/.built target/release/floor ## What is found behind limits and losses (root)
	.ci/install-peers
	$(BIN)/python benches/lab_recall.py $(if $(QUICK),--quick) $(if $(WRITE),--write)

docs: $(VENV)/.built ## Check that the documents tell the truth
	$(BIN)/python -m pytest -q tests/contract

system: ## Install what the tests use from Debian (root)
	.ci/install-system
	tests/servers/install

clean: ## Remove everything that was built
	rm -rf $(VENV) target bench-results

target/release/floor: $(RUST_SOURCES)
	cargo build --release --locked --quiet -p floor
	@touch $@

$(VENV)/bin/python: constraints.txt | need
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet maturin pip
	@touch $@

$(VENV)/.built: $(VENV)/bin/python $(RUST_SOURCES) pyproject.toml $(addsuffix /pyproject.toml,$(PLUGINS))
	$(BIN)/maturin develop --release --locked --quiet --extras test
	$(BIN)/pip install --quiet --no-deps $(addprefix -e ,$(PLUGINS))
	@touch $@
