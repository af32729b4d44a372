# `make help` lists what there is.

SWIFT := $(shell command -v swift || { [ -x /opt/swift/usr/bin/swift ] && echo /opt/swift/usr/bin/swift; })
JOBS ?= $(shell nproc)
CONFIG ?=
# Debian's own Python, so that its packages (pytest, numpy) are found whatever else is first on the path.
PYTHON ?= /usr/bin/python3
FUZZ_SECONDS ?= 600
# Real endpoints in real time: on a machine that others use too, what fails is given a second chance, and no third.
INTEROP = MEDIA_RELAY_BIN=$(CURDIR)/.build/release/media-relay $(PYTHON) -m pytest -o cache_dir=$(CURDIR)/.build/pytest -q
SOURCES := Package.swift Sources $(wildcard Tests/*Tests) $(wildcard Tests/Fuzz)

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench docs fuzz clean swift packages test-packages

help: ## lists the targets
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 10

run: packages swift ## installs what is missing, builds in release and serves (CONFIG=relay.yaml is optional)
	@$(SWIFT) build -c release --product media-relay -j $(JOBS)
	@exec .build/release/media-relay serve $(if $(CONFIG),--config "$(CONFIG)")

test: test-packages swift ## unit tests, a short round of fuzzing, and the tests with real endpoints
	$(SWIFT) build -c release --product media-relay -j $(JOBS)
	$(SWIFT) test --parallel -j $(JOBS)
	if [ -x Tests/Fuzz/run ]; then Tests/Fuzz/run --seed 1 --seconds 5; fi
	$(INTEROP) Tests/Interop || $(INTEROP) --last-failed --last-failed-no-failures none Tests/Interop

lint: swift ## checks the formatting rules, without changing anything
	@$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)

format: swift ## formats the sources in place
	@$(SWIFT) format --in-place --parallel --recursive $(SOURCES)

bench: test-packages swift ## measures the release program
	@$(SWIFT) build -c release --product media-relay -j $(JOBS)
	@Benchmarks/run

docs: packages swift ## writes the libraries' reference as a web site to .build/docs
	@SWIFT=$(SWIFT) scripts/reference

fuzz: test-packages swift ## fuzzes for FUZZ_SECONDS (600) per target
	@Tests/Fuzz/run $(FUZZ_SECONDS)

clean: ## removes what was built; data stays
	@rm -rf .build

swift:
ifeq ($(SWIFT),)
	@echo "Swift is missing: install Swift 6.2 or later from https://www.swift.org/install/linux/ and put it on the PATH or under /opt/swift." >&2; exit 1
endif

packages:
	@scripts/packages run

test-packages:
	@scripts/packages test
