# `make up` builds the whole platform on this machine; `make help` lists the rest.
STACK ?= local
PYTHON ?= python3
VENV := .venv
# Compiling all of a cloud's SDK takes longer than installing it; what is imported is compiled then.
INSTALL := $(VENV)/bin/pip install --quiet --disable-pip-version-check --no-compile --require-hashes
RUN := $(VENV)/bin/python -m rehearsal
# Azure's SDK is installed for stacks on AKS only.
READY := $(VENV)/ready$(if $(shell grep -lsE '^ +kind: aks' Pulumi.$(STACK).yaml examples/stacks/Pulumi.$(STACK).yaml),-azure)

# Some machines ask Python to keep nothing that it compiles: each command would then compile a cloud's SDK again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help up rehearse preview preflight status destroy down test unit lint types reference benchmark clean

help: ## what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

up: $(READY) ## everything: programs, control plane, stack (STACK=local)
	@$(RUN) up --stack $(STACK)

rehearse: $(READY) ## `up`, look, `destroy`, and nothing left behind
	@$(RUN) rehearse --stack $(STACK)

preview: $(READY) ## what `up` would change
	@$(RUN) preview --stack $(STACK)

preflight: $(READY) ## has a stack on a real cluster what it needs? asks, and changes nothing
	@$(VENV)/bin/python -m preflight --stack $(STACK)

status: $(READY) ## what there is now
	@$(RUN) status --stack $(STACK)

destroy: $(READY) ## take the stack away again; the control plane stays
	@$(RUN) destroy --stack $(STACK)

down: $(VENV)/ready ## end every process
	@$(RUN) down --stack $(STACK)

test: unit ## every test
	@$(VENV)/bin/python -m pytest tests/rehearsal

# By file: what the tests of one have in common, such as a plan, is made once.
unit: $(VENV)/ready-dev ## the tests that need no server
	@$(VENV)/bin/python -m pytest tests/unit --numprocesses=auto --dist=loadfile

lint: $(VENV)/ready-dev ## style
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .

types: $(VENV)/ready-dev ## types
	@$(VENV)/bin/basedpyright

reference: $(VENV)/ready ## write config/schema.json and docs/reference.md again
	@$(VENV)/bin/python -m config.schema > config/schema.json
	@$(VENV)/bin/python -m config.reference > docs/reference.md

benchmark: $(VENV)/ready-dev ## time this program beside a bare one and beside kubectl
	@$(VENV)/bin/python -m benchmarks
	@$(VENV)/bin/python -m benchmarks.previews

clean: down ## also forget the stack's rehearsal; the cache of programs stays
	@rm -rf .rehearsal/$(STACK)

$(VENV)/ready: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; PYTHON=/path/to/it chooses one")'
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@echo "Python packages" && $(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/ready-azure: $(VENV)/ready requirements-azure.txt
	@echo "Azure's SDK" && $(INSTALL) -r requirements-azure.txt
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready requirements-dev.txt
	@$(INSTALL) -r requirements-dev.txt
	@touch $@
