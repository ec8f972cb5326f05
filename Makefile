# Few verbs. Each installs what it needs.
SHELL := /bin/bash
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := .venv/bin/python
# The environments: the program and the rehearsal; the containers; the two repositories that projects start from.
ENVIRONMENTS := containers/model containers/function seed_code/model-build seed_code/model-deploy
LOCKS := uv.lock $(ENVIRONMENTS:%=%/uv.lock)
INSTALLED := build/.installed
# Runs a command with OWN_FOLDER: the folder that is named, or the next one where another run holds it.
IN_OWN_FOLDER := $(RUN) -m rehearsal.own_folder
export UV_PYTHON_DOWNLOADS := never
# Where the home cannot be written, what is fetched is kept here.
ifneq ($(shell [ -w "$$HOME" ] && echo yes),yes)
export XDG_CACHE_HOME := $(CURDIR)/build/cache
export UV_CACHE_DIR := $(CURDIR)/build/cache/uv
export PIP_CACHE_DIR := $(CURDIR)/build/cache/pip
endif
export PYTHONWARNINGS ?= ignore::DeprecationWarning

.PHONY: help setup lint check access compare test test.root test.fast test.stacks test.slow test.projects golden pictures rehearse scenarios probe mutations bench clean

help: ## What there is to run
	@grep -hE '^[a-z.]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z.]+):.*## /  make \1\t/' | expand -t 22

setup: $(INSTALLED) ## Install, nothing else

# One at a time in a clone: whoever waited finds it installed.
ifndef ONE_SETUP
$(INSTALLED): $(LOCKS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; $$($(PYTHON) --version) is $(PYTHON)"; exit 1; }
	@ONE_SETUP=yes $(PYTHON) scripts/one_at_a_time.py build/.setup.lock $(MAKE) --silent --no-print-directory $@
else
$(INSTALLED): $(LOCKS)
	@[ "$(UV)" != .tools/bin/uv ] || [ -x .tools/bin/uv ] || { echo "Installing uv into .tools"; $(PYTHON) -m venv .tools && .tools/bin/pip install --quiet uv; }
	@echo "Installing the program and the rehearsal"; $(UV) sync --frozen --quiet --compile-bytecode --python $(PYTHON)
	@for project in $(ENVIRONMENTS); do echo "Installing $$project"; $(UV) sync --frozen --quiet --compile-bytecode --python $(PYTHON) --project $$project || exit 1; done
	@scripts/nginx
	@$(RUN) -m rehearsal.codesuite.prefetch || true
	@mkdir -p build && touch $@
endif

lint: $(INSTALLED) ## Format, lint, types, imports between folders
	@.venv/bin/ruff format --check --quiet . && .venv/bin/ruff check --quiet . && echo "format and lint: clean"
	@.venv/bin/mypy
	@for project in $(ENVIRONMENTS); do (cd $$project && .venv/bin/mypy) || exit 1; done
	@.venv/bin/lint-imports --no-logo

check: $(INSTALLED) ## your settings, lint; every resource type and your stacks made and destroyed; policy pack, access
	@$(RUN) -m settings check
	@$(MAKE) --no-print-directory lint
	@$(RUN) -m rehearsal.lifecycle
	@$(IN_OWN_FOLDER) build/check bash -ec '$(RUN) -m rehearsal --stacks-only --destroy --folder "$$OWN_FOLDER"; \
	$(RUN) -m policies.check --strict "$$OWN_FOLDER/resources.json"; \
	$(RUN) -m policies.access review "$$OWN_FOLDER/resources.json"'

access: $(INSTALLED) ## Who may do what with your settings, and proofs: writes docs/access, which `make check` compares
	@$(IN_OWN_FOLDER) build/access bash -ec '$(RUN) -m rehearsal --stacks-only --folder "$$OWN_FOLDER"; \
	$(RUN) -m policies.access review "$$OWN_FOLDER/resources.json" --write --explain'

test: $(INSTALLED) ## The whole test suite, with coverage; image and seed repositories beside the rest
	@mkdir -p build; $(MAKE) --no-print-directory test.projects > build/test-projects.log 2>&1 & projects=$$!; \
	$(MAKE) --no-print-directory test.root; root=$$?; \
	wait $$projects; status=$$?; cat build/test-projects.log; exit $$((root || status))

test.fast: $(INSTALLED) ## Tests that need no platform: under a minute
	@.venv/bin/pytest -n 2 -m "not slow"

test.stacks: $(INSTALLED) ## Whole stacks in the in-memory AWS
	@.venv/bin/pytest -n 2 tests/stacks

# Tests of what coverage leaves out (what reads policies, the rehearsal), and trials of functions in copies of a process,
# run untraced: tracing would make them half to three times as slow. Many wait for processes, so a third worker finds time on two cores.
UNTRACED := tests/functions/test_faults.py tests/rehearsal tests/variants tests/generated_settings $(addprefix tests/policies/access/,comparison corpus graph inventory mutations proofs random_mutations)

test.root: $(INSTALLED)
	@.venv/bin/pytest -n 2 --cov --cov-report=term:skip-covered $(UNTRACED:%=--ignore=%)
	@.venv/bin/pytest -n 3 --durations 12 $(UNTRACED)

test.slow: $(INSTALLED) ## The other slow tests: rehearsal, proofs, comparison of the two readers
	@.venv/bin/pytest -n 2 -m slow --ignore tests/stacks

test.projects: $(INSTALLED) ## Tests of the model image and of the two seed repositories
	@for project in $(ENVIRONMENTS); do echo "$$project"; (cd $$project && .venv/bin/python -m pytest -q) || exit 1; done

golden: $(INSTALLED) ## Renew everything generated: docs, golden files of the tests' example, the contract of the seeds
	@$(RUN) -m scripts.golden

pictures: $(INSTALLED) ## Draw accounts and summary of the last `make rehearse`, into build/rehearsal
	@$(RUN) -m scripts.pictures

# What is typed reaches the program as it was typed: make neither expands the values nor does a shell read them. Exported
# as they are they would be expanded, `$(shell …)` included, so they go under other names. Variables that were typed and
# that nobody reads go by name alone; other goals may hand theirs to what they run, such as PYTEST_ADDOPTS.
REHEARSE_WITH := STACKS_ONLY PROJECT DATA TARGET PROBLEM SABOTAGE DOUBT LIFE SCENARIO
# Read by this file, and by what it runs.
READ_OTHERWISE := SHELL RUN ENVIRONMENTS LOCKS INSTALLED UV PYTHON% UV_% PIP_% %_proxy %_PROXY SSL_CERT_FILE
unexport $(REHEARSE_WITH)
$(foreach name,$(REHEARSE_WITH),$(eval export REHEARSE_$(name) := $$(value $(name))))
TYPED := $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name)))
export REHEARSE_UNKNOWN := $(sort $(filter-out $(REHEARSE_WITH) $(READ_OTHERWISE) MAKE%,$(TYPED)))
ifneq ($(and $(filter rehearse,$(MAKECMDGOALS)),$(REHEARSE_UNKNOWN)),)
unexport $(REHEARSE_UNKNOWN)
endif
rehearse: $(INSTALLED) ## The whole platform on this machine. STACKS_ONLY=1, PROJECT=id, DATA=file.csv TARGET=column, PROBLEM=regression|classification, SABOTAGE=labels|serving, DOUBT=against, LIFE=whole, SCENARIO=name
	@$(RUN) -m rehearsal $${REHEARSE_UNKNOWN:+"--unknown=$$REHEARSE_UNKNOWN"} $(foreach name,$(REHEARSE_WITH),$${REHEARSE_$(name):+"--$(shell echo $(name) | tr A-Z_ a-z-)=$$REHEARSE_$(name)"})

scenarios: $(INSTALLED) ## Every SCENARIO of `make rehearse`, one after another: releases, rollback, several accounts, API
	@$(RUN) -m rehearsal.scenarios

# What is typed reaches this program as it was typed too.
unexport BASE
export COMPARE_BASE := $(value BASE)
export COMPARE_UNKNOWN := $(sort $(filter-out BASE $(READ_OTHERWISE) MAKE%,$(TYPED)))
compare: $(INSTALLED) ## What your change would do to resources, rights and cost, against the last commit. BASE=main: against that
	@$(IN_OWN_FOLDER) build/compare bash -ec '$(RUN) -m rehearsal.compare --folder "$$OWN_FOLDER" \
	$${COMPARE_UNKNOWN:+"--unknown=$$COMPARE_UNKNOWN"} "--base=$$COMPARE_BASE"'

probe: $(INSTALLED) ## Settle assumptions about AWS in a stack's real account: STACK=dev, after saying what it costs
	@$(if $(STACK),,echo "STACK=<stack> is missing, such as STACK=dev"; exit 1;) $(RUN) -m assumptions probe $(STACK)

mutations: $(INSTALLED) ## 100 random mutations that open access, of the last `make check`: whichever is not noticed is shown. SEED=2: others
	@$(RUN) -m tests.policies.access.random_mutations build/check/resources.json --count 100 --seed $(or $(SEED),1)

bench: $(INSTALLED) ## How long it takes, phase by phase, kept in benchmarks/
	@$(RUN) -m benchmarks
	@$(RUN) -m benchmarks.access

clean: ## Remove what was built; environments stay
	@rm -rf build .mypy_cache .ruff_cache
