# Créneau. `make` lists what there is; Python 3.11 or newer and make are all it needs.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

VENV   := .venv
PY     := $(VENV)/bin/python
CODE    = $(wildcard layers/core/creneau functions local tools tests)
WORKERS ?= 2
# In the order of the folders: what takes long (e2e, engine, faults) comes first, and no worker is left with it at the end.
PYTEST  = $(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

# Programs of the environment (sam, node, npm) come before the machine's own.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0

##@ Try it
.PHONY: demo up down
demo: $(VENV)/local ## The main job, told while it happens on the local engine (KEEP=0: clean up after; KEEP=1: keep it up, even without a terminal)
	$(PY) -m local.demo
up: $(VENV)/local ## Start the local engine with the sample clinic, and say what to try
	$(PY) -m local.up
down: $(VENV)/local ## Stop it; what is started after that begins anew
	$(PY) -m local.down

##@ Check it
.PHONY: test lint format types rules faults bench
test: $(VENV)/dev .venv-checkov/ready tools/asl/node_modules/ready ## Everything: style, types, import contracts, all test suites
	$(MAKE) --no-print-directory lint types
	$(PYTEST)
lint: $(VENV)/dev ## Style and import contracts
	$(PY) -m ruff check $(CODE)
	$(PY) -m ruff format --check $(CODE)
	PYTHONPATH=layers/core:functions $(PY) -c 'from importlinter.cli import lint_imports_command as c; c()' --cache-dir .cache/imports
format: $(VENV)/dev ## Rewrite to the house style
	$(PY) -m ruff check --fix-only $(CODE)
	$(PY) -m ruff format $(CODE)
types: $(VENV)/dev ## mypy, strict
	$(PY) -m mypy $(CODE)
rules: $(VENV)/dev ## Every rule is carried by a test that fails when the rule is broken
	$(PY) -m tools.rules
faults: $(VENV)/dev ## Explore faults, races and orders longer than `make test` does
	FAULTS=all $(PYTEST) -v tests/faults
bench: $(VENV)/dev ## Count calls, units and milliseconds against the bars
	PYTHONPATH=layers/core:functions $(PY) -m tools.bench
	PYTHONPATH=layers/core:layers/documents:functions $(PY) -m tools.time_documents

##@ Maintain it
.PHONY: openapi pictures documents lock clean help
openapi: $(VENV)/dev ## Write docs/openapi.json from the code
	PYTHONPATH=layers/core:functions $(PY) -m tools.openapi
pictures: $(VENV)/dev ## Emails, pages and SMS in four languages as patients see them, light and dark; needs a Chromium
	PYTHONPATH=layers/core:functions $(PY) -m tools.pictures
documents: $(VENV)/dev ## Invoices, credit notes and receipts of each country and language, as pictures
	PYTHONPATH=layers/core:layers/documents:functions $(PY) -m tools.documents
lock: $(VENV)/dev ## Resolve requirements/*.in anew, keeping versions unless UPGRADE=1
	tools/lock.sh $(if $(UPGRADE),--upgrade)
clean: ## Remove everything that was built or installed here
	rm -rf $(VENV) .venv-checkov .aws-sam .cache .coverage tools/asl/node_modules
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
help: ## This list
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# What is installed, each with a stamp. A folder that was copied or moved starts anew: its programs name the old place.
$(VENV)/place: $(shell [ "$$(cat $(VENV)/place 2>/dev/null)" = "$$PWD" ] || echo elsewhere)
	@rm -rf $(VENV)
	tools/venv.sh $(VENV)
	@pwd > $@
.PHONY: elsewhere
elsewhere:

$(VENV)/local: requirements/local.txt $(VENV)/place
	tools/install.sh $(VENV) $<
	@touch $@
# dev.txt holds all of local.txt.
$(VENV)/dev: requirements/dev.txt $(VENV)/place
	tools/install.sh $(VENV) $<
	@touch $(VENV)/local $@
# Checkov's pins and ours exclude one another.
.venv-checkov/ready: requirements/checkov.txt
	@rm -rf .venv-checkov
	tools/venv.sh .venv-checkov
	tools/install.sh .venv-checkov $<
	@touch $@
tools/asl/node_modules/ready: tools/asl/package-lock.json $(VENV)/dev
	cd tools/asl && npm ci --no-update-notifier --loglevel=error
	@touch $@
