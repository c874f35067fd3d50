# The interface of the pipeline. `make` alone prints help, made from the ## texts below.
#
# Each stage leaves a stamp under data/stamps/<source>/ that lists its options and what it made. A stage runs again
# when its code, its SQL, its options or the stage before it changed, or when something that it made is gone.

#: SOURCE     `table`, pinned preferred scores; `official`, every score file; `simulated`, a world without emergence; a BIG-bench checkout; or a .csv or .parquet of scores (default: table)
SOURCE ?= table
#: MIRROR     folder that holds the pinned table; empty to download it (default: ../shared/bigbench)
MIRROR ?= ../shared/bigbench
#: REF        official: branch, tag or commit of google/BIG-bench; its commit stays pinned until REF changes (default: main)
REF ?= main
#: VIA        official: how the files come, `git` or `https` (default: git where it is installed)
VIA ?=
#: MAX_WAIT   official: longest wait for rate limits, in seconds (default: 900)
MAX_WAIT ?= 900
#: THRESHOLD  value over which a curve is called emergent (default: 100)
THRESHOLD ?= 100
#: KEEP_GOING 1 to leave out score files and scores that cannot be used; empty to stop at them (default: empty)
KEEP_GOING ?=
#: QUICK      induce: 1 to train a few small networks for a moment, to see that it works (default: empty)
QUICK ?=
#: OUT        folder for the report; only the default run writes to outputs/ (default: chosen by the run)
OUT ?=
#: DEBUG      any value: show the traceback of an error (default: empty)
DEBUG ?=
#: PYTHON     Python 3.11 or newer that makes the virtual environment (default: python3)
PYTHON ?= python3
#: VENV       the virtual environment (default: .venv)
VENV ?= .venv

export SOURCE MIRROR REF VIA MAX_WAIT THRESHOLD KEEP_GOING QUICK OUT DEBUG
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The same rule as in pipeline/settings.py; quoted, because a source may hold any character.
quoted = '$(subst ','\'',$(1))'
STAMPS := data/stamps/$(shell printf %s $(call quoted,$(SOURCE)) | LC_ALL=C tr -c 'A-Za-z0-9_-' -)
RUN := $(VENV)/bin/python -m pipeline
STAGE = $(RUN) $(@F) --source="$$SOURCE" --mirror="$$MIRROR" --threshold="$$THRESHOLD" --out="$$OUT" \
	--ref="$$REF" --via="$$VIA" --max-wait="$$MAX_WAIT" --keep-going="$$KEEP_GOING"
COMMON := pipeline/__main__.py pipeline/settings.py pipeline/errors.py pipeline/files.py pipeline/stamps.py
TABLES := $(COMMON) pipeline/database.py
# What a simulated world is made from; it needs no scores.
WORLD := $(if $(filter simulated,$(SOURCE)),pipeline/world.py pipeline/load.py sql/simulated/01_design.sql outputs/tables/emergence.parquet \
	$(wildcard sql/0*.sql sql/seeds/*.csv))

# FORCE for a stage that has no stamp, whose stamp lists no product, or one that is gone.
unless_whole = $(shell sed -n 's/^product: //p' $(1) 2>/dev/null | { whole=FORCE; \
	while IFS= read -r product; do whole=; [ -e "$$product" ] || { whole=FORCE; break; }; done; echo $$whole; })
# The queries and data tests whose numbers start with one of these digits, of every source.
sql = $(foreach digit,$(1),$(wildcard $(addsuffix /$(digit)*.sql,sql sql/checks sql/sources/* sql/sources/*/checks)))
# FORCE for a checkout in which a results folder or a score file is newer than its fetch.
TREE := $(call quoted,$(SOURCE))/bigbench/benchmark_tasks
if_checkout_changed = $(if $(shell [ ! -f $(STAMPS)/fetch ] || [ ! -d $(TREE) ] || \
	find $(TREE) -path '*/results*' -newer $(STAMPS)/fetch | head -1),FORCE)
# What stands in for scores that could not be fetched.
stand_in = $(if $(wildcard $(STAMPS)/fetch),$(shell grep -q '^product: ' $(STAMPS)/fetch || echo outputs/tables/emergence.parquet))

.PHONY: help fetch load score sharpness analyse report mirage simulate calibrate induce test check bench notebooks lock clean FORCE

help: ## print this help
	@echo "Usage: make TARGET [OPTION=value ...]"
	@echo
	@echo "Targets"
	@awk -F ': .*## ' '/^[a-z]+: .*## / { printf "  %-10s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "Options"
	@sed -n 's/^#: /  /p' Makefile

fetch: $(STAMPS)/fetch ## get the scores onto this machine and verify them
load: $(STAMPS)/load ## stage the scores in DuckDB, every row accounted for
score: $(STAMPS)/score ## order the scores into curves and compute the emergence score of each
sharpness: $(STAMPS)/sharpness ## test every curve: sharp beyond noise, and unpredictable? (committed; minutes where scores or code changed)
analyse: $(STAMPS)/analyse ## turn emergence scores into findings and tables
report: $(STAMPS)/report ## do all of it, draw the figures and write the report
	@cat $(STAMPS)/headline

$(STAMPS)/fetch: $(VENV)/.run $(STAMPS)/fetch.options $(COMMON) $(wildcard pipeline/fetch/*.py) $(WORLD) $(call if_checkout_changed) \
		$(call unless_whole,$(STAMPS)/fetch)
	@$(STAGE)
$(STAMPS)/load: $(STAMPS)/fetch $(STAMPS)/load.options $(TABLES) $(addprefix pipeline/,load.py score_files.py strict_json.py tidy_table.py) \
		$(call sql,0 1) $(wildcard sql/seeds/*) \
		$(call stand_in) $(call unless_whole,$(STAMPS)/load)
	@$(STAGE)
$(STAMPS)/score: $(STAMPS)/load $(TABLES) pipeline/score.py $(call sql,2) \
		$(call unless_whole,$(STAMPS)/score)
	@$(STAGE)
$(STAMPS)/sharpness: $(STAMPS)/score $(TABLES) $(wildcard pipeline/sharpness/*.py) \
		$(call unless_whole,$(STAMPS)/sharpness)
	@$(STAGE)
$(STAMPS)/analyse: $(STAMPS)/sharpness $(STAMPS)/analyse.options $(TABLES) $(addprefix pipeline/,analyse.py drivers.py logistic.py) \
		$(call sql,3 4 5 6) $(wildcard sql/macros/*.sql) $(wildcard $(addprefix outputs/tables/,$(addsuffix .csv,theory_curves predictions simulated_world simulated_fit calibration induced_scores induced_emergence induced_jumps))) $(call unless_whole,$(STAMPS)/analyse)
	@$(STAGE)
$(STAMPS)/report: $(STAMPS)/analyse $(TABLES) $(addprefix pipeline/,figures.py report.py narrative.py wording.py) $(wildcard pipeline/sections/*.py pipeline/templates/* pipeline/templates/sections/* pipeline/figures_*.py) pipeline/predictions.py \
		$(call unless_whole,$(STAMPS)/report)
	@$(STAGE)

# A file of options is rewritten only when an option changed.
# A table of one's own counts by its content.
$(STAMPS)/fetch.options: export OPTIONS = $(SOURCE) $(MIRROR) $(REF) \
	$(shell [ ! -f $(call quoted,$(SOURCE)) ] || cksum < $(call quoted,$(SOURCE)))
$(STAMPS)/load.options: export OPTIONS = $(KEEP_GOING)
$(STAMPS)/analyse.options: export OPTIONS = $(THRESHOLD) $(OUT)
$(STAMPS)/%.options: FORCE
	@mkdir -p $(@D) && { printf '%s\n' "$$OPTIONS" | cmp -s - $@ || printf '%s\n' "$$OPTIONS" > $@; }

mirage: $(VENV)/.run ## draw the paper's model and hold its predictions against simulated arithmetic
	@$(RUN) mirage --source="$$SOURCE" --threshold="$$THRESHOLD" --out="$$OUT"

simulate: $(STAMPS)/score ## simulate worlds without emergence and count them beside the real scores (two minutes)
	@$(RUN) simulate --source="$$SOURCE" --mirror="$$MIRROR" --threshold="$$THRESHOLD" --out="$$OUT"

calibrate: $(STAMPS)/score ## measure how often each test of a curve rejects in worlds whose truth is known (a quarter of an hour)
	@$(RUN) calibrate --source="$$SOURCE" --threshold="$$THRESHOLD" --out="$$OUT"

# One set of instructions, so that processors that know more of them round alike.
induce: export ATEN_CPU_CAPABILITY = avx2
induce: export ONEDNN_MAX_CPU_ISA = AVX2
induce: export MKL_CBWR = AVX2
induce: $(VENV)/.torch ## train small networks in which the metric makes an ability emerge (up to 20 minutes)
	@$(RUN) induce --threshold="$$THRESHOLD" --out="$$OUT" --quick="$$QUICK"

test: $(VENV)/.dev ## run the whole test suite
	@$(VENV)/bin/python -m pytest

check: $(VENV)/.dev $(STAMPS)/analyse ## lint (ruff), type-check (mypy), and test the data (SQL)
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(RUN) check --source="$$SOURCE"

bench: $(VENV)/.dev $(STAMPS)/score ## measure speed and memory, as ratios in one run
	@$(RUN) bench --source="$$SOURCE"
	@$(VENV)/bin/python -m tests.bench_score_files

notebooks: $(VENV)/.dev $(STAMPS)/report ## execute the notebooks; results go to data/notebooks/
	@mkdir -p data/notebooks
	@for notebook in notebooks/*.ipynb; do \
		PYTHONPATH="$(CURDIR)" $(VENV)/bin/jupyter execute --output="$(CURDIR)/data/$$notebook" "$$notebook" || exit 1; done

lock: ## resolve requirements*.in into locked, hashed requirements*.txt
	@$(PYTHON) -m venv data/lock && data/lock/bin/python -m pip --quiet install uv
	@for name in requirements requirements-dev requirements-induce; do \
		data/lock/bin/uv --quiet pip compile --universal --generate-hashes --python-version 3.11 \
		--custom-compile-command "make lock" $$name.in --output-file $$name.txt || exit 1; done

clean: ## delete what was made: database, stamps, runs, notebooks (downloads, trained networks and outputs/ stay)
	rm -rf data/bigbench.duckdb data/stamps data/runs data/notebooks data/lock
	find data outputs -name '.*.partial*' -delete

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "make: $(PYTHON) is not Python 3.11 or newer. Next: name one with PYTHON=, e.g. make PYTHON=python3.12" >&2; exit 1; }
	@echo "venv     making $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	@echo "venv     installing the locked requirements (once; about a minute)"
	@$(VENV)/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.digits: requirements-induce.txt $(VENV)/.run
	@echo "venv     installing the digits, and what torch asks for (once)"
	@$(VENV)/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes -r requirements-induce.txt
	@touch $@

# torch by a command of its own: pip wants hashes for all requirements of a command or for none.
$(VENV)/.torch: requirements-torch.txt $(VENV)/.digits
	@echo "venv     installing torch (once)"
	@$(VENV)/bin/python -m pip --quiet --disable-pip-version-check install -r requirements-torch.txt || { \
		echo "make: pip found no build of $$(grep -o '^torch==.*' requirements-torch.txt) for this system and Python." \
		"Next: name an index that has one with PIP_EXTRA_INDEX_URL=; all but make induce works without torch" >&2; exit 1; }
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "venv     installing what tests, checks and notebooks need (once)"
	@$(VENV)/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes -r requirements-dev.txt
	@touch $@
