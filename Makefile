# `make help` lists the targets.
SHELL := /bin/bash
PYTHON ?= python3.11
# Set up for GPUs once, it stays so.
LOCK ?= $(if $(wildcard .venv/installed-cuda),cuda,cpu)
CONFIG ?= config/config.yaml
PROFILE ?= profiles/local
WIDTH ?= 0.02
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONNOUSERSITE := 1

INSTALLED := .venv/installed-$(LOCK)
# Bars with the stages of a run, where someone looks on; plain lines where the output goes to a file.
ON_TERMINAL = $(if $(MAKE_TERMERR),--logger rich)
SNAKEMAKE = snakemake --profile $(PROFILE) --configfile $(CONFIG)

.DEFAULT_GOAL := help
.PHONY: $(shell sed -n 's/^\([a-z]*\):.*/\1/p' Makefile)

help: ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'
	@echo "  Settings: CONFIG=config/own-data.yaml  PROFILE=profiles/slurm  LOCK=cuda (for GPUs)"

setup: $(INSTALLED) ## Set up .venv from the exact lock

$(INSTALLED): envs/$(LOCK).lock envs/embedded.lock
	$(PYTHON) -m venv .venv
	pip install --quiet --disable-pip-version-check --requirement envs/$(LOCK).lock
	pip install --quiet --disable-pip-version-check --no-deps --requirement envs/embedded.lock
	pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

demo: setup ## Run the embedded default end to end and print its results
	@$(SNAKEMAKE) $(ON_TERMINAL) || { echo "It did not end well: make status says what failed, why, and which log to read."; exit 1; }
	@$(MAKE) --no-print-directory report

run: demo ## The same as demo: make run CONFIG=config/own-data.yaml

plan: setup ## Show what a run would do: jobs and why, GPU hours and disk by what earlier jobs took
	@$(SNAKEMAKE) --dry-run | PYTHONPATH=workflow python -m instructmining.jobs.plan

status: setup ## Show what is done, running, failed and why, with the log to read
	@{ $(SNAKEMAKE) --dry-run; $(SNAKEMAKE) --summary; } 2>&1 | PYTHONPATH=workflow python -m instructmining.jobs.status

fetch: setup ## Bring models and data sets of the hub, on a machine with a network; jobs need none afterwards
	HF_HUB_OFFLINE=0 snakemake --profile profiles/local --configfile $(CONFIG) --cores 1 fetch

dag: setup ## Draw rules and jobs into results/dag/, and the rules into the README
	$(SNAKEMAKE) --rulegraph mermaid-js | PYTHONPATH=workflow python -m instructmining.jobs.dag --svg results/dag/rules.svg
	$(SNAKEMAKE) --forceall --dag mermaid-js | PYTHONPATH=workflow python -m instructmining.jobs.dag --svg results/dag/jobs.svg
	snakemake --cores 1 --rulegraph mermaid-js | PYTHONPATH=workflow python -m instructmining.jobs.dag --readme README.md

report: setup ## Print the results; bind them, with code and run times of all jobs, into Snakemake's own report
	@$(SNAKEMAKE) --report results/snakemake-report.html --quiet all
	@cat results/summary.txt
	@echo "Examples, one by one: results/explorer/index.html   Code and run times of all jobs: results/snakemake-report.html"

power: setup ## How many subsets and seeds give intervals WIDTH wide, from a pilot run: make power WIDTH=0.02
	@PYTHONPATH=workflow python -m instructmining.planning.power --config $(CONFIG) --width $(WIDTH)

designs: setup ## Compare runs with different sampling schemes: make designs RUNS="results ../tilted/results" NAMES="fused tilted"
	PYTHONPATH=workflow python -m instructmining.planning.compare_designs --runs $(RUNS) $(if $(NAMES),--names $(NAMES)) --output results/designs/designs.json --table results/designs/designs.md
	@for figure in designs spread; do PYTHONPATH=workflow python -m instructmining.report.figures.draw $$figure --designs results/designs/designs.json --output results/designs/$$figure.svg --table results/designs/$$figure.csv || exit 1; done
	@echo "Tables and figures: results/designs/"

unlock: setup ## After a run that was killed: cancel the jobs that it left in Slurm's queue, and take its lock away
	@PYTHONPATH=workflow python -m instructmining.jobs.slurm_jobs --cancel
	$(SNAKEMAKE) --unlock

prune: setup ## Drop adapters and checkpoints that no run of CONFIG refers to, after saying how much; YES=1 does not ask
	@PYTHONPATH=workflow python -m instructmining.jobs.prune --config $(CONFIG) $(if $(YES),--yes)

# Three at once on two cores: one of them mostly waits for Slurm.
test: setup ## Run all tests, three at once, with those on a real Slurm where it may be installed
	python -m pytest --numprocesses 3 --dist loadgroup --durations 20

faults: setup ## Of the tests, run those on a real Slurm and those of faults
	python -m pytest tests/slurm tests/faults

lint: setup ## Check style, types and the workflow
	ruff check .
	ruff format --check .
	snakefmt --check Snakefile workflow
	mypy
	snakemake --lint

docs: setup ## Build the documentation as a site in results/docs, its links checked
	sphinx-build -W --keep-going --quiet docs results/docs
	@echo "Documentation: results/docs/index.html"

format: setup ## Format all code
	ruff check --fix .
	ruff format .
	snakefmt Snakefile workflow

config: setup ## Renew the files that are made from the types of the config
	PYTHONPATH=workflow python -m instructmining.config_files

clean: ## Remove results, logs and benchmarks
	rm -rf results .snakemake
