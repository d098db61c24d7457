# Albatross. `make` lists the targets; `make demo` and `make test` need nothing done before.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# Tools that cargo installs. wasm-bindgen's command must match the crate, so Cargo.lock has its version.
WASM_PACK_VERSION := 0.15.1
CARGO_DENY_VERSION := 0.20.2
S3S_FS_VERSION := 0.14.1
CARGO_FUZZ_VERSION := 0.13.2
CHECKOV_VERSION := 3.3.30
WASM_BINDGEN_VERSION := $(shell sed -n '/^name = "wasm-bindgen"$$/{n;s/^version = "\(.*\)"/\1/p}' Cargo.lock)

TOOLS := .tools
STAMPS := $(TOOLS)/stamps
PYTHON := $(TOOLS)/venv/bin/python
WITH_TOOLS := PATH="$(CURDIR)/$(TOOLS)/venv/bin:$(CURDIR)/$(TOOLS)/bin:$$PATH"
WITH_WASM := source $(TOOLS)/wasm.env;
STEP := @.ci/step
HARNESS := PYTHONPATH=tests $(PYTHON)

BOOTSTRAP := target/lambda/ingest-lambda/bootstrap
BINARIES := $(BOOTSTRAP) target/lambda/albatross/bootstrap
DEMO_BUILD := target/demo
DEMO_BINARIES := $(DEMO_BUILD)/ingest-lambda $(DEMO_BUILD)/albatross
PEERS := target/peers/release/load
PARSER := target/wasm/wasm32-unknown-unknown/wasm/parser_wasm.wasm
WASM := web/wasm/parser_wasm_bg.wasm
SAMPLE := web/sample/sample.log.gz
DIST := web/dist/index.html

FUZZ_TARGETS := $(basename $(notdir $(wildcard parser-wasm/fuzz/targets/*.rs)))
FUZZ_SECONDS ?= 600

MANIFESTS := Cargo.toml Cargo.lock parser-wasm/Cargo.toml
PARSER_SOURCES := $(MANIFESTS) $(shell find parser-wasm/src -name '*.rs')
INGEST_SOURCES := $(PARSER_SOURCES) ingest-lambda/Cargo.toml $(shell find ingest-lambda/src -name '*.rs')
WEB_SOURCES := parser-wasm/rules/regexes.yaml $(wildcard web/*.html web/*.ts web/*.json web/biome.jsonc) $(shell find web/src web/public -type f 2>/dev/null)

WASM_BINDGEN := $(STAMPS)/wasm-bindgen-cli-$(WASM_BINDGEN_VERSION)
WASM_PACK := $(STAMPS)/wasm-pack-$(WASM_PACK_VERSION)
CARGO_DENY := $(STAMPS)/cargo-deny-$(CARGO_DENY_VERSION)
S3S_FS := $(STAMPS)/s3s-fs-$(S3S_FS_VERSION)
CARGO_FUZZ := $(STAMPS)/cargo-fuzz-$(CARGO_FUZZ_VERSION)
VENV := $(STAMPS)/venv
CHECKOV := $(STAMPS)/checkov-$(CHECKOV_VERSION)
ENGINE := $(STAMPS)/engine
LOOKED := $(STAMPS)/looked
WASM_ENV := $(TOOLS)/wasm.env
NODE_MODULES := web/node_modules/.package-lock.json

TESTS := test-rust test-wasm test-web test-page test-end-to-end
LINTS := lint-rust lint-web lint-dependencies

.PHONY: help setup system system-browser system-java wasm web package demo demo-parts bench \
	test $(TESTS) parity engines chaos infra-test fuzz lint $(LINTS)

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

## Set-up: each tool once per version

setup: system-browser system-java $(VENV) $(NODE_MODULES) $(WASM_ENV) $(WASM_BINDGEN) $(WASM_PACK) $(CARGO_DENY) $(S3S_FS) $(ENGINE) ## Install all that is needed, into .tools and web/node_modules

system:
	@.ci/system

system-browser system-java:
	@.ci/system $(@:system-%=%)

$(STAMPS):
	@mkdir -p $@

# What is compiled once to run for a second is not optimized. s3s-fs is: benchmarks must not wait for it.
$(WASM_BINDGEN) $(WASM_PACK) $(CARGO_DENY) $(CARGO_FUZZ): OPTIONS := --debug
$(S3S_FS): OPTIONS := --features binary
# cargo-deny-0.20.2 → cargo install cargo-deny --version 0.20.2. Not --locked: a mirror may lack the locked versions.
$(WASM_BINDGEN) $(WASM_PACK) $(CARGO_DENY) $(S3S_FS) $(CARGO_FUZZ): $(STAMPS)/%: | system $(STAMPS)
	$(STEP) 'Compiling the tool $*' \
		'CARGO_PROFILE_DEV_DEBUG=0 cargo install --root $(TOOLS) $(OPTIONS) $(shell echo '$*' | sed 's/-\([0-9.]*\)$$/ --version \1/')'
	@touch $@

$(VENV): tests/requirements.txt | system $(STAMPS)
	$(STEP) 'Installing Python packages' \
		'python3 -m venv --clear $(TOOLS)/venv && $(TOOLS)/venv/bin/pip install --disable-pip-version-check -r $<'
	@touch $@

# Beside the tests' own: it needs other versions of what they use.
$(CHECKOV): | system $(STAMPS)
	$(STEP) 'Installing checkov' \
		'python3 -m venv --clear $(TOOLS)/checkov && $(TOOLS)/checkov/bin/pip install --disable-pip-version-check checkov==$(CHECKOV_VERSION)'
	@touch $@

# With Python alone: it need not wait for packages.
$(ENGINE): tests/harness/distribution.py tests/harness/java.py | system-java $(STAMPS)
	$(if $(ENGINE_URL),@echo 'Using the search engine $(ENGINE_URL)',$(STEP) 'Downloading a search engine' 'PYTHONPATH=tests python3 -m harness.distribution' && touch $@)

$(WASM_ENV): .ci/wasm-toolchain | system
	$(STEP) 'Preparing Rust for WebAssembly' .ci/wasm-toolchain

$(NODE_MODULES): web/package.json web/package-lock.json | system
	$(STEP) 'Installing npm packages' 'cd web && npm ci --no-fund --no-audit'
	@touch $@

## Builds

# The crate is also an rlib, for which cargo would drop LTO (rust-lang/cargo#9672): so this asks for the cdylib alone.
$(PARSER): $(PARSER_SOURCES) $(WASM_ENV)
	$(STEP) 'Compiling the parser to WebAssembly' \
		'$(WITH_WASM) cargo rustc --locked -p parser-wasm --lib --crate-type cdylib --profile wasm --target wasm32-unknown-unknown'
	@touch $@

$(WASM): $(PARSER) $(WASM_BINDGEN) $(NODE_MODULES)
	$(STEP) 'Optimizing the WebAssembly' \
		'$(TOOLS)/bin/wasm-bindgen --target web --omit-default-module-path --out-dir web/wasm $(PARSER) && \
		web/node_modules/.bin/wasm-opt -O3 --strip-debug --strip-producers $@ -o $@'

$(SAMPLE): tests/generate.py $(wildcard tests/harness/traffic.py tests/harness/rare.py tests/harness/entry.py)
	@python3 tests/generate.py --incident 2000 --out $@

$(DIST): $(WASM) $(SAMPLE) $(WEB_SOURCES) $(NODE_MODULES)
	$(STEP) 'Building the page' 'cd web && npm run --silent build'
	@touch $@

# One build serves the package and the tests; zig links it against an old glibc, as Lambda needs.
$(BINARIES) &: $(INGEST_SOURCES) $(VENV)
	$(STEP) 'Compiling Lambda and albatross as they are packaged' '$(WITH_TOOLS) cargo-lambda lambda build --locked --release -p ingest-lambda'
	@touch $(BINARIES)

# For this machine, soon rather than fast.
$(DEMO_BINARIES) &: $(INGEST_SOURCES) | system
	$(STEP) 'Compiling Lambda and albatross' 'cargo build --locked --profile demo -p ingest-lambda'
	@touch $(DEMO_BINARIES)

$(PEERS): $(MANIFESTS) tests/peers/Cargo.toml $(wildcard tests/peers/src/*.rs tests/peers/src/bin/*.rs)
	$(STEP) 'Compiling what measures' 'cargo build --locked --release -p peers --target-dir target/peers'
	@touch $@

# The rules for user agents in the program are others' work: their licence goes along.
$(BOOTSTRAP).zip: $(BOOTSTRAP) LICENSE parser-wasm/rules/LICENSE
	cp LICENSE $(@D)/LICENSE && cp parser-wasm/rules/LICENSE $(@D)/LICENSE.uap-core
	cd $(@D) && python3 -m zipfile -c $(@F) $(<F) LICENSE LICENSE.uap-core

wasm: $(WASM) ## Build the parser for the page: web/wasm

web: $(DIST) ## Build the page: web/dist

package: $(BOOTSTRAP).zip ## Build the Lambda's zip: target/lambda
	@ls -l $<

## Running

demo: system-java ## Show it all at work: S3, Lambda, search engine, page (KEEP=1 stays; ENGINE_URL=... uses your engine)
	@$(MAKE) --no-print-directory -j2 -o system -o system-java demo-parts
	@ALBATROSS_BUILD=$(DEMO_BUILD) $(HARNESS) tests/demo.py

demo-parts: $(DEMO_BINARIES) $(NODE_MODULES) $(ENGINE) $(VENV) $(LOOKED) $(DIST)

$(LOOKED): $(DEMO_BINARIES) $(SAMPLE) | $(STAMPS)
	@ALBATROSS_BUILD=$(DEMO_BUILD) python3 tests/look.py $(SAMPLE)
	@touch $@

# Only the demo's parts are made side by side: what has to be downloaded beside the first thing to look at, which takes
# both cores, then what has to be compiled for the page.
ifeq ($(MAKECMDGOALS),demo-parts)
$(PARSER) $(WASM_BINDGEN): | $(LOOKED)
else
.NOTPARALLEL:
endif

bench: $(BINARIES) $(DIST) $(PEERS) $(S3S_FS) $(VENV) $(ENGINE) | system-browser ## Measure speed, memory, sizes and cold start, into docs/benchmarks.md; and the page's load time
	@$(HARNESS) tests/bench.py
	cd web && npm run --silent bench

## Tests

test: ## Run every test, part by part; each is a target of its own: test-rust, test-wasm, test-web, test-page, test-end-to-end
	@.ci/parts $(TESTS)

test-rust: | system
	cargo test --workspace --locked
	cargo test --locked -p ingest-lambda --test scale --test millions -- --ignored --test-threads 1

test-wasm: $(WASM_ENV) $(WASM_PACK) $(WASM_BINDGEN) | system-browser
	$(WITH_WASM) $(WITH_TOOLS) wasm-pack test --headless --chrome --chromedriver "$$(command -v chromedriver)" \
		--mode no-install parser-wasm --locked

test-web: $(WASM) $(NODE_MODULES)
	cd web && npm test --silent

test-page: $(DIST) $(BINARIES) | system-browser
	cd web && npm run --silent e2e

test-end-to-end: $(BINARIES) $(VENV) $(ENGINE) $(PEERS) $(S3S_FS)
	$(HARNESS) -m pytest -rs tests

parity: $(BINARIES) $(DIST) $(VENV) $(ENGINE) | system-browser ## Golden file = what the page shows = what the engine gives back
	cd web && npm run --silent e2e -- parity
	$(HARNESS) -m pytest tests/test_parity.py

engines: $(BINARIES) $(VENV) | system-java ## A full run into every search engine that a Java found here can run (ENGINES="--only elasticsearch-8")
	@$(HARNESS) tests/engines.py $(ENGINES)

chaos: $(BINARIES) $(VENV) $(ENGINE) ## Ingest between failing neighbours, killed and started again (CHAOS="--seed 7" repeats one run)
	@$(HARNESS) tests/chaos.py $(CHAOS)

infra-test: $(BOOTSTRAP).zip $(VENV) $(ENGINE) $(CHECKOV) ## Check the Terraform module, and apply it to a local AWS account with the real Lambda (INFRA=--domain: its domain too)
	@$(HARNESS) tests/infra.py --checkov $(TOOLS)/checkov/bin/checkov $(INFRA)

# Saved inputs are held to the same checks by `cargo test`; what is found here goes to them.
fuzz: $(CARGO_FUZZ) ## Fuzz the parser, each target for FUZZ_SECONDS (600); needs a nightly Rust
	for target in $(FUZZ_TARGETS); do \
		mkdir -p target/fuzz/corpus/$$target; \
		(cd parser-wasm && PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" cargo +nightly fuzz run --target-dir ../target/fuzz $$target \
			../target/fuzz/corpus/$$target fuzz/seeds/$$target -- \
			-max_total_time=$(FUZZ_SECONDS) -max_len=4096 -print_final_stats=1 -verbosity=0); \
	done

lint: ## Check format, lints, types, documentation and licences; each is a target of its own: lint-rust, lint-web, lint-dependencies
	@.ci/parts $(LINTS)

lint-rust: $(WASM_ENV)
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	$(WITH_WASM) cargo clippy -p parser-wasm --all-targets --target wasm32-unknown-unknown --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked

lint-web: $(WASM) $(NODE_MODULES)
	cd web && npm run --silent lint

# Advisories need a download, so they are not among the checks. Every platform's crates are looked at, not only this one's.
lint-dependencies: $(CARGO_DENY)
	cargo fetch --locked --quiet
	$(WITH_TOOLS) cargo deny --offline --workspace check bans licenses sources
