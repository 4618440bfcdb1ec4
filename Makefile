# `make` alone says what there is. Every target makes .venv first, and again only when the lock changes.
.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-headless test-real lab bench soak references check format lock bare-debian binder
MAKEFLAGS += --no-print-directory

# Hundreds of processes import the same modules, and each worker's asserts are rewritten: once, not every time.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
PYTHON := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed

help: ## say what there is
	@echo "coopnb: make TARGET, where TARGET is one of"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(firstword $(MAKEFILE_LIST)) | while IFS='|' read -r name text; do printf '  %-14s %s\n' "$$name" "$$text"; done

demo: $(INSTALLED) ## deploy a wiki on a practice swarm and keep the record: two commands, both shown
	@tools/demo

test: test-fast test-headless test-real ## all tests: the fast ones, then runbooks in kernels, then a real engine and browser

test-fast: $(INSTALLED) ## the tests that need nothing but Python and git
	$(PYTHON) -m pytest -q -n 2 -m "not headless and not real and not swarms"

test-headless: $(INSTALLED) ## runbooks executed on the practice swarm, and the worked examples compared
	$(PYTHON) -m pytest -q -n 2 -m headless
	$(PYTHON) -m pytest -q -n 2 --dist loadfile --nbval --nbval-current-env --nbval-cell-timeout=60 notebooks/examples notebooks/lessons/solutions

test-real: $(INSTALLED) ## practice swarm and real engines compared, and a real browser (as root on Debian it installs what that needs)
	tools/system-packages install
	@# the whole table of calls on two newer engines is the soak's
	$(PYTHON) -m pytest -q -n 3 --dist loadgroup --no-loadscope-reorder -m "real or swarms" --ignore=tests/contract/test_calls_of_newer_engines.py

lab: $(INSTALLED) ## open JupyterLab on $COOPNB_WORKSPACE, or on an ignored .workspace/ here
	@COOPNB_WORKSPACE="$${COOPNB_WORKSPACE:-$(CURDIR)/.workspace}" $(VENV)/bin/coopnb lab

bench: $(INSTALLED) ## measure against the docker CLI, as ratios in one run
	tools/system-packages install
	$(PYTHON) -m benchmarks

soak: $(INSTALLED) ## the same things again and again, then a look at what they leave behind (under an hour)
	tools/system-packages install
	$(PYTHON) -m benchmarks.soak

references: $(INSTALLED) ## write the worked examples in notebooks/examples anew
	$(PYTHON) -m tools.references
	$(PYTHON) -m tools.lessons

check: $(INSTALLED) ## style, types and layers: ruff, mypy, import-linter
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

format: $(INSTALLED) ## write the files as `check` wants them
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

lock: ## choose the newest versions of all packages and write requirements.lock (with the Python of Debian 12)
	tools/lock --upgrade

bare-debian: ## try `make demo` in a bare Debian 12 tree (as root, with debootstrap)
	tools/bare-debian-check

binder: $(INSTALLED) ## start binder/ as Binder would, without a network, and work a lesson in it (as root; some minutes)
	tools/binder-check

$(INSTALLED): requirements.lock pyproject.toml tools/install
	@tools/install
