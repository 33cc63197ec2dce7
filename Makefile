# Needs only Python >= 3.11, pip, make and git. Everything is put into this folder (.venv, .tools).
.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench calibrate uptake history validate lock clean

VENV := .venv/bin
REGIMES ?= area_team_only greater_involvement joint delegated voluntary_2015
SCENARIO ?= scenarios/england.toml
RUNS ?= 20
YEARS ?= 10
POPULATION ?=
ENSEMBLE = $(if $(POPULATION),england_2014,synthetic)
# Words handed on to pytest, as in: make test ARGS="-k funding -n 0"
ARGS ?= -n 2 --dist worksteal

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make .venv from requirements.lock; at once when nothing has changed
	@bash scripts/setup.sh

run: setup ## compare five ways of commissioning general practice over ten years, all England
	$(VENV)/commissim compare $(REGIMES) --runs $(RUNS) --years $(YEARS) --scenario $(SCENARIO)

test: setup ## run the tests
	@$(VENV)/python -m sim.warm
	$(VENV)/python -m pytest $(ARGS)

lint: setup ## check style and types
	$(VENV)/ruff check .
	$(VENV)/mypy

bench: setup ## time the engine
	$(VENV)/python -m experiments.benchmarks
	$(VENV)/python -m experiments.benchmarks.twins

calibrate: setup ## make the ensemble of plausible sets anew and keep it: of the synthetic England, or of POPULATION=folder
	$(VENV)/commissim calibrate --out results/calibrate-$(ENSEMBLE) $(if $(POPULATION),--population $(POPULATION))
	mkdir -p sim/parameters/ensemble/$(ENSEMBLE)
	cd results/calibrate-$(ENSEMBLE) && cp sets.csv manifest.json calibration.md ../../sim/parameters/ensemble/$(ENSEMBLE)/

uptake: setup ## hold the uptake of 2015 against what CCGs did, 200 runs
	$(VENV)/python -m experiments.uptake.check

history: setup ## hold what earlier ways of commissioning did against the model
	$(VENV)/python -m experiments.history

validate: setup ## hold the model against England: synthetic, and the real one where COMMISSIM_DATA has it
	$(VENV)/commissim validate --runs 400 --out results/validation-synthetic --kept results/kept/synthetic --force
	if [ -n "$$COMMISSIM_DATA" ]; then \
	  $(VENV)/commissim population build --table "$$COMMISSIM_DATA/england_2014/practices.csv" --out results/kept/england --force && \
	  $(VENV)/commissim validate --runs 400 --population results/kept/england --out results/validation-real --kept results/kept/real --force; fi

lock: setup ## resolve the dependencies anew into requirements.lock
	bash scripts/lock.sh

clean: ## remove what setup and the tools made
	rm -rf .venv .tools .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.*
