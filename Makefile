# Two commands need no preparation: `make demo` and `make test`. Everything else is for working on cellmesh.
SHELL := /bin/bash
.DEFAULT_GOAL := help

BUILD := .build
RELEASE_FLAGS := -c release --static-swift-stdlib
BINARY := $(BUILD)/release/cellmesh

.PHONY: help demo test lint format bench bench-swim bench-faults bench-feed bench-page thousand drills test-kills test-prometheus test-export test-play-kube test-compose image swarm swarm-moves matrix fuzz release bootstrap clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

bootstrap: ## Install the Debian packages that are missing
	@scripts/bootstrap

release: bootstrap ## Build the program: .build/release/cellmesh
	@echo "building cellmesh (the first build takes a few minutes)" >&2
	swift build $(RELEASE_FLAGS) --product cellmesh

demo: release ## Launch a mesh, kill a cell, compare prediction and observation
	@scripts/demo $(BINARY)

test: bootstrap ## Run all tests
	swift build --build-tests
	swift test --skip-build
	@$(MAKE) --no-print-directory release
	@scripts/test-trace $(BUILD)/debug/cellmesh $(BINARY)
	@scripts/test-readme $(BINARY)
	@scripts/test-otlp $(BINARY)
	@scripts/test-kills $(BINARY) 60 'kill:'

thousand: release ## Start a thousand cells, and measure start, memory, idle load, commands and end (two minutes)
	@scripts/thousand $(BINARY)

drills: release ## Run every drill where it has to pass, and where it has to deviate (30 minutes)
	@scripts/drills $(BINARY)

test-kills: release ## Kill a drill, its control plane, or both, at every step of it (up to 20 minutes)
	@scripts/test-kills $(BINARY) 1200

test-prometheus: release ## Have Prometheus itself watch a mesh by what 'cellmesh export' writes (minutes)
	@scripts/test-prometheus $(BINARY)

test-export: release ## Have Kubernetes' own models, checkov and docker-compose read what 'cellmesh export' writes (minutes)
	@scripts/test-export $(BINARY)

test-play-kube: release ## Have podman play an exported mesh, kill a pod and bring it back (minutes)
	@scripts/test-play-kube $(BINARY)

test-compose: release ## Have podman-compose run docker-compose.yml, kill a region and restart each host (minutes)
	@scripts/test-compose $(BINARY)

image: ## Build the container image 'cellmesh' with docker or podman (ENGINE=...), without a registry too (FROM=scratch)
	@scripts/image

lint: ## Check the format of all sources and scripts
	swift format lint --strict --recursive Sources Tests Benchmarks Examples Fuzz/Sources/GossipFuzzer Package.swift Fuzz/Package.swift
	@scripts/lint

format: ## Format all sources
	swift format --in-place --recursive Sources Tests Benchmarks Examples Fuzz/Sources/GossipFuzzer Package.swift Fuzz/Package.swift

bench: bootstrap ## Run the benchmarks and print ratios
	swift build $(RELEASE_FLAGS)
	@scripts/bench $(BUILD)/release

bench-swim: release ## Detection, spread and cost of the membership, beside serf where it is installed
	@scripts/bench-swim $(BUILD)/release 30
	@scripts/bench-swim $(BUILD)/release 100

bench-faults: release ## What the fault layer costs, and how exact a delay is
	@scripts/bench-faults $(BUILD)/release

bench-feed: release ## What traces and the feed cost a request, watched and unwatched, beside the goal (5 minutes)
	@scripts/bench-feed $(BUILD)/release

bench-page: bootstrap ## What the page costs in Chromium, beside its budgets
	swift build --build-tests
	CELLMESH_BENCH_PAGE=1 swift test --skip-build --filter pageBenchmark

SEEDS := 1..1000
swarm: release ## Simulate nine cells under every fault, lost disks and struck services among them, for SEEDS=1..1000
	$(BINARY) sim swarm topology/nine-cells.yaml --lose-disks --seeds $(SEEDS)
	$(BINARY) sim swarm topology/nine-cells.yaml --services --seeds $(SEEDS)

swarm-moves: release ## Move customers under every fault for SEEDS=1..1000, and kill everybody at every step of it
	$(BINARY) sim swarm topology/nine-cells.yaml --moves --lose-disks --seeds $(SEEDS)
	$(BINARY) sim strike topology/nine-cells.yaml --cohorts 16

matrix: release ## Damage every file of a data directory in every way, and follow what is said to do (8 minutes)
	@scripts/matrix $(BINARY)

FUZZ_RUNS := 10000000
fuzz: bootstrap ## Mutate gossip packets under the address sanitizer (libFuzzer), FUZZ_RUNS=10000000 times
	@scripts/fuzz $(FUZZ_RUNS)

clean: ## Remove what was built
	rm -rf $(BUILD)
