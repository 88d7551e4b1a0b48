# `make demo` and `make test` each work as the first command in a fresh clone.
# Everything they install goes into .venv and scripts/node/node_modules, except Debian's Chromium (scripts/system_packages).

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
# Name another build of torch here, e.g. TORCH='torch==2.13.0+cu130'.
TORCH ?= torch==2.13.0
WORKERS ?= 2
PORT ?= 8000

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
NODE_READY := scripts/node/node_modules/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

export NO_MKDOCS_2_WARNING := 1

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | column -t -s '|'

# --- Setting up -------------------------------------------------------------------------------

# torch goes first and by its exact name, so that a CPU wheel at hand is taken and a CUDA build of
# several gigabytes is not fetched behind the reader's back by `torch>=2.9`.
$(READY): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (a few minutes the first time) ..."
	$(PIP) install -c constraints.txt '$(TORCH)' hatchling editables
	$(PIP) install -c constraints.txt '$(TORCH)' --no-build-isolation -e '.[dev]'
	@touch $@

$(NODE_READY): scripts/node/package.json scripts/node/package-lock.json | $(READY)
	$(BIN)/python scripts/npm.py ci
	@touch $@

.PHONY: setup
setup: $(READY) ## Create .venv with everything pinned

.PHONY: browser
browser: ## Make sure that Chromium is there (booklet, browser tests)
	@scripts/system_packages

# --- Checking ---------------------------------------------------------------------------------

.PHONY: lint
lint: $(READY) ## Formatting, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

.PHONY: format
format: $(READY) ## Rewrite the sources the way `make lint` wants them
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: test
test: lint $(NODE_READY) browser ## Lint, types and the tests that CI runs
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup

.PHONY: test-all
test-all: lint $(NODE_READY) browser ## The same, with the slow tests
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup --slow

# --- Making -----------------------------------------------------------------------------------

.PHONY: demo
demo: $(READY) $(NODE_READY) ## Verify every theorem, train a small CVAE, build the site
	@$(BIN)/python scripts/demo.py

.PHONY: site
site: $(READY) $(NODE_READY) ## Build the site into site/
	$(BIN)/python scripts/build_site.py build

.PHONY: touch
touch: $(READY) $(NODE_READY) browser ## Train and export what the latent explorer shows, measure it
	$(BIN)/python scripts/touch.py

.PHONY: serve
serve: $(READY) $(NODE_READY) ## Serve the site on this machine while writing it
	$(BIN)/python scripts/build_site.py serve --dev-addr 127.0.0.1:$(PORT)

.PHONY: canary
canary: $(READY) $(NODE_READY) ## Say what would break under Zensical, MkDocs Material's successor
	$(BIN)/python scripts/build_site.py prepare
	$(BIN)/python scripts/zensical_canary.py

.PHONY: notebook
notebook: $(READY) ## Execute hw4_vae.ipynb into dist/
	$(BIN)/python scripts/notebook.py

.PHONY: booklet
booklet: $(READY) $(NODE_READY) browser ## Typeset the answers as dist/hw4_vae.pdf
	$(BIN)/python scripts/booklet.py

.PHONY: hand-in
hand-in: booklet notebook ## Zip the booklet and the executed notebook
	$(BIN)/python scripts/hand_in.py

.PHONY: fuzz
fuzz: $(READY) ## Fuzz `vaetheory check` for ten processor minutes (installs atheris)
	$(BIN)/python -m pip install --quiet atheris==3.0.0
	nice -n 10 $(BIN)/python scripts/fuzz_reader.py --minutes 10

.PHONY: pins
pins: $(READY) ## Write constraints.txt from what .venv holds
	$(BIN)/python scripts/pins.py > constraints.txt.new
	mv constraints.txt.new constraints.txt
	@touch $(READY)

.PHONY: clean
clean: ## Remove what was built (keeps .venv and node_modules)
	rm -rf site dist build .cache .pytest_cache .ruff_cache .mypy_cache .hypothesis

.PHONY: clean-all
clean-all: clean ## Remove .venv, node_modules and runs too
	rm -rf $(VENV) scripts/node/node_modules runs
