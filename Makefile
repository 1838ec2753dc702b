# What a person does with the project; `make help` lists it.

.DEFAULT_GOAL := help
PREFIX ?= /usr/local
SWIFT ?= swift
RELEASE := .build/release

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: release ## Build pipe, run the quickstart against the practice site, show the rows
	Scripts/with-practice-site $(RELEASE)/practice-site Scripts/quickstart $(RELEASE)/pipe

.PHONY: release
release: packages
	$(SWIFT) build -c release --static-swift-stdlib --product pipe
	$(SWIFT) build -c release --static-swift-stdlib --product practice-site

.PHONY: test
test: test-packages ## Run every test
	Scripts/test
	Benchmarks/tests/run
	Robustness/tests/run
	Tests/run-cases
	Tests/run-docs
	Tests/run-browser

.PHONY: test-long
test-long: test-packages ## Run every test with EFFORT (8) times as many made-up inputs, and larger ones
	PIPE_TEST_EFFORT=$(or $(EFFORT),8) Scripts/test

.PHONY: check
check: ## Check the format of the sources and that generated files are current
	Scripts/check

.PHONY: generate
generate: packages ## Write the schema and the reference anew from the declarations
	$(SWIFT) build --product pipe
	.build/debug/pipe schema > schemas/pipeline.schema.json
	.build/debug/pipe schema summary > schemas/summary.schema.json
	.build/debug/pipe schema progress > schemas/progress.schema.json
	.build/debug/pipe reference --out docs/reference

.PHONY: images
images: release test-packages ## Make the pictures of docs/images anew
	Tests/run-browser --bin $(RELEASE) --images docs/images
	Scripts/with-practice-site $(RELEASE)/practice-site Scripts/live-images $(RELEASE)/pipe docs/images

.PHONY: format
format: ## Format the sources
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests Benchmarks/Micro Fuzz

.PHONY: bench
bench: release ## Measure pipe beside what a user would pick instead
	Benchmarks/run

.PHONY: robustness
robustness: release ## Show every fault to pipe and to what a user would pick instead
	Robustness/run

.PHONY: torture
torture: release ## Kill pipe 200 times at random moments and let it go on
	Robustness/torture

.PHONY: soak
soak: release ## Run pipe over all faults at once for 10 minutes
	Robustness/soak

.PHONY: sanitize
sanitize: release ## Look for memory misused or leaked: the fetch tests and every fault, with AddressSanitizer
	Scripts/sanitize

.PHONY: fuzz
fuzz: packages ## Fuzz every TARGET (all) for TIME seconds (60)
	TIME=$(or $(TIME),60) Fuzz/run $(TARGET)

.PHONY: install
install: release ## Install pipe into PREFIX (/usr/local)
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -s -m 755 $(RELEASE)/pipe "$(DESTDIR)$(PREFIX)/bin/pipe"

.PHONY: packages
packages:
	Scripts/install-packages

.PHONY: test-packages
test-packages:
	Scripts/install-packages test
	Tests/install-tools

.PHONY: clean
clean: ## Remove what was built
	rm -rf .build .build-* out
