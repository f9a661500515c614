# `make help` lists the targets.
SHELL := /bin/bash
PYTHON ?= python3.11
# Once set up for GPUs, a clone stays so.
LOCK ?= $(if $(wildcard .venv/installed-cuda),cuda,cpu)
CONFIG ?= config/config.yaml
PROFILE ?= profiles/local
WIDTH ?= 0.02
RATES ?= 2e-3 5e-4 2e-4
# Commands read these from the environment: there they are names, in which neither make nor a shell reads anything else.
override CONFIG := $(value CONFIG)
override PROFILE := $(value PROFILE)
override RUNS := $(value RUNS)
override NAMES := $(value NAMES)
override WIDTH := $(value WIDTH)
override RATES := $(value RATES)
export CONFIG PROFILE RUNS NAMES WIDTH RATES
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONNOUSERSITE := 1

INSTALLED := .venv/installed-$(LOCK)
# Progress bars in a terminal; plain lines if the output goes to a file.
ON_TERMINAL = $(if $(MAKE_TERMERR),--logger rich)
SNAKEMAKE = snakemake --profile="$$PROFILE" --configfile="$$CONFIG"

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

# What is wrong with the config is told before Snakemake reads it, which would not say where.
check: setup
	@PYTHONPATH=workflow python -m instructmining.config_text -- "$$CONFIG"

demo: check ## Run the embedded default from end to end and print the results
	@$(SNAKEMAKE) $(ON_TERMINAL) || { echo "The run failed; \`make status\` shows what, why and which log to read."; exit 1; }
	@$(MAKE) --no-print-directory report

run: demo ## Run CONFIG and print the results: make run CONFIG=config/own-data.yaml

plan: check ## Show what a run would do: jobs and why; GPU hours and disk, estimated from earlier jobs
	@$(SNAKEMAKE) --dry-run | PYTHONPATH=workflow python -m instructmining.jobs.plan

status: check ## Show what is done, running or failed, and why, with the log to read
	@{ $(SNAKEMAKE) --dry-run; $(SNAKEMAKE) --summary; } 2>&1 | PYTHONPATH=workflow python -m instructmining.jobs.status

fetch: check ## Download models and data sets from the hub, so that jobs need no network
	HF_HUB_OFFLINE=0 snakemake --profile profiles/local --configfile="$$CONFIG" --cores 1 fetch

dag: check ## Draw rules and jobs to results/dag/, and renew the graph in docs/workflow.md
	$(SNAKEMAKE) --rulegraph mermaid-js | PYTHONPATH=workflow python -m instructmining.jobs.dag --svg results/dag/rules.svg
	$(SNAKEMAKE) --forceall --dag mermaid-js | PYTHONPATH=workflow python -m instructmining.jobs.dag --svg results/dag/jobs.svg
	snakemake --cores 1 --rulegraph mermaid-js | PYTHONPATH=workflow python -m instructmining.jobs.dag --page docs/workflow.md

report: check ## Print the results, and write Snakemake's own report with code and run times of all jobs
	@$(SNAKEMAKE) --report results/snakemake-report.html --quiet all
	@cat results/summary.txt
	@echo "Every example: results/explorer/index.html   Code and run times of all jobs: results/snakemake-report.html"

power: setup ## Estimate from a pilot run what makes intervals WIDTH wide, and what difference arms can show: make power WIDTH=0.02
	@PYTHONPATH=workflow python -m instructmining.planning.power --config="$$CONFIG" --width="$$WIDTH"

signal: check ## Tune the replicated subsets at each learning rate: where do they differ most? make signal RATES="2e-3 5e-4 2e-4"
	@rm -rf results/signal
	@failed=; read -a rates <<<"$$RATES"; for rate in "$${rates[@]}"; do \
	  $(SNAKEMAKE) $(ON_TERMINAL) --config training="{learning_rate: $$rate}" -- signal && \
	  PYTHONPATH=workflow python -m instructmining.planning.signal --config="$$CONFIG" || failed="$$failed $$rate"; done; \
	if [ "$$failed" ]; then echo "No signal at$$failed: what failed is said above, with its log. Is the rate too high?"; exit 1; fi

# RUNS and NAMES are divided at blanks; one that belongs to a path is written with a backslash before it.
designs: setup ## Compare runs with different sampling schemes: make designs RUNS="results ../tilted/results" NAMES="fused tilted"
	read -a runs <<<"$$RUNS"; read -a names <<<"$$NAMES"; PYTHONPATH=workflow python -m instructmining.planning.compare_designs --runs "$${runs[@]}" $${names:+--names "$${names[@]}"} --output results/designs/designs.json --table results/designs/designs.md
	@for figure in designs spread; do PYTHONPATH=workflow python -m instructmining.report.figures.draw $$figure --designs results/designs/designs.json --output results/designs/$$figure.svg --table results/designs/$$figure.csv || exit 1; done
	@echo "Tables and figures: results/designs/"

unlock: check ## After a run was killed: cancel the jobs it left in Slurm's queue, and remove its lock
	@PYTHONPATH=workflow python -m instructmining.jobs.slurm_jobs --cancel
	$(SNAKEMAKE) --unlock

prune: setup ## Delete adapters and checkpoints that no run of CONFIG refers to; YES=1 does not ask first
	@PYTHONPATH=workflow python -m instructmining.jobs.prune --config="$$CONFIG" $(if $(YES),--yes)

# Three processes on two cores: one of them mostly waits for Slurm.
test: setup ## Run all tests; those on a real Slurm only where it can be installed
	python -m pytest --numprocesses 3 --dist loadgroup --durations 20

faults: setup ## Run only the tests on a real Slurm and the tests of faults
	python -m pytest tests/slurm tests/faults

lint: setup ## Check style, types and the workflow
	ruff check .
	ruff format --check .
	snakefmt --check Snakefile workflow
	mypy
	snakemake --lint

docs: setup ## Build the documentation as a site in results/docs, and check its links
	sphinx-build -W --keep-going --quiet docs results/docs
	@echo "Documentation: results/docs/index.html"

format: setup ## Format all code
	ruff check --fix .
	ruff format .
	snakefmt Snakefile workflow

config: setup ## Renew what is made from types: default config, schema, tables of keys, configs, files and indicators; from locks: the container
	PYTHONPATH=workflow python -m instructmining.config_files
	PYTHONPATH=workflow python -m instructmining.result_tables
	PYTHONPATH=workflow python -m instructmining.indicators.documentation
	PYTHONPATH=workflow python -m instructmining.container_files

clean: ## Remove results, logs and benchmarks
	rm -rf results .snakemake
