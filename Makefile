# Few verbs. Each installs what it needs.
SHELL := /bin/bash
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := .venv/bin/python
# The environments: the program and the rehearsal; the containers; the two repositories that projects start from.
ENVIRONMENTS := containers/model seed_code/model-build seed_code/model-deploy
LOCKS := uv.lock $(ENVIRONMENTS:%=%/uv.lock)
INSTALLED := build/.installed
export UV_PYTHON_DOWNLOADS := never
export PYTHONWARNINGS ?= ignore::DeprecationWarning

.PHONY: help setup check access test rehearse bench clean

help: ## What there is to run
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

setup: $(INSTALLED) ## Install, nothing else

$(INSTALLED): $(LOCKS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; $$($(PYTHON) --version) is $(PYTHON)"; exit 1; }
	@[ "$(UV)" != .tools/bin/uv ] || [ -x .tools/bin/uv ] || { echo "Installing uv into .tools"; $(PYTHON) -m venv .tools && .tools/bin/pip install --quiet uv; }
	@echo "Installing the program and the rehearsal"; $(UV) sync --frozen --quiet --compile-bytecode --python $(PYTHON)
	@for project in $(ENVIRONMENTS); do echo "Installing $$project"; $(UV) sync --frozen --quiet --compile-bytecode --python $(PYTHON) --project $$project || exit 1; done
	@scripts/nginx
	@mkdir -p build && touch $@

check: $(INSTALLED) ## Format, lint, types, settings, policy pack, access: matrix, proofs, missing grants
	@$(RUN) -m settings check
	@.venv/bin/ruff format --check --quiet . && .venv/bin/ruff check --quiet . && echo "format and lint: clean"
	@.venv/bin/mypy
	@for project in $(ENVIRONMENTS); do (cd $$project && .venv/bin/mypy) || exit 1; done
	@$(RUN) -m rehearsal --stacks-only --folder build/check
	@$(RUN) -m policies.check build/check/resources.json
	@$(RUN) -m policies.access review build/check/resources.json

access: $(INSTALLED) ## Access matrix, proofs, missing grants, sizes: writes docs/generated/access-*.md
	@$(RUN) -m rehearsal --stacks-only --folder build/access
	@$(RUN) -m policies.access review build/access/resources.json --write

test: $(INSTALLED) ## The whole test suite
	@.venv/bin/pytest -n 2
	@for project in $(ENVIRONMENTS); do echo "$$project"; (cd $$project && .venv/bin/python -m pytest -q) || exit 1; done

rehearse: $(INSTALLED) ## The whole platform on this machine. STACKS_ONLY=1, DATA=file.csv TARGET=column, SABOTAGE=labels|serving
	@$(RUN) -m rehearsal $(if $(STACKS_ONLY),--stacks-only) $(if $(DATA),--data "$(DATA)") $(if $(TARGET),--target "$(TARGET)") $(if $(PROBLEM),--problem "$(PROBLEM)") $(if $(SABOTAGE),--sabotage "$(SABOTAGE)")

bench: $(INSTALLED) ## How long it takes, phase by phase, kept in benchmarks/
	@$(RUN) -m benchmarks
	@$(RUN) -m benchmarks.access

clean: ## Remove what was built; environments stay
	@rm -rf build .mypy_cache .ruff_cache
