# The two commands: `make run` and `make test`. Everything else serves them. `make help` lists all.
PYTHON ?= python3
VENV := .venv
SPARK := .venv-spark
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
NODE := $(PY) -m belltower.project.node
LOCKS := requirements/base.txt requirements/build.txt requirements/test.txt
WORKERS ?=
export PYTHONUNBUFFERED = 1
# Certificates of the machine, as everything else on it uses them (a bureau's proxy has its own).
export UV_SYSTEM_CERTS ?= true

.PHONY: help run setup test test-long test-spark coverage bench lint audit types lock clean packages

help: ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: setup ## Set up and serve the demo city
	@$(PY) -m belltower run

setup: $(VENV)/.packages $(VENV)/.front-end $(VENV)/.messages ## Virtual environment, locked packages, front end, translations

# "step N, words" says what begins; "$(took)" how long it took.
step = @echo "[$(1)/4] $(2)"; date +%s > .step
took = @echo "      $$(( $$(date +%s) - $$(cat .step) )) s"; rm -f .step

$(VENV)/.uv: requirements/bootstrap.txt
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Belltower needs Python 3.11 or later with venv: on Debian, apt install python3-venv; or make PYTHON=/path/to/python3"; exit 1; }
	$(call step,1,virtual environment)
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	$(took)
	@touch $@

$(VENV)/.packages: $(VENV)/.uv $(LOCKS) pyproject.toml
	$(call step,2,locked packages)
	@$(UV) pip sync --quiet --compile-bytecode --python $(PY) --require-hashes $(LOCKS)
	@$(UV) pip install --quiet --python $(PY) --no-deps --no-build-isolation -e .
	$(took)
	@touch $@

$(VENV)/.front-end: $(VENV)/.packages web/package-lock.json $(shell find web/src web/*.ts web/*.json -type f 2>/dev/null)
	$(call step,3,front end; beside it the alarm engine and the reader of messages are compiled)
	@{ nice $(PY) -m belltower.analytics.alarms && nice $(PY) -m belltower.analytics.text; } & engine=$$!; cd web && \
	  ../$(PY) -m belltower.project.node npm ci --no-audit --no-fund --loglevel=error >/dev/null && \
	  ../$(PY) -m belltower.project.node npm run --silent build && wait $$engine
	$(took)
	@touch $@

$(VENV)/.messages: $(VENV)/.packages $(shell find belltower -name '*.po' 2>/dev/null)
	$(call step,4,translations)
	@for folder in $$(find belltower -type d -name locale); do $(VENV)/bin/pybabel -q compile -d $$folder -D django || exit 1; done
	$(took)
	@touch $@

test: setup packages ## The whole suite (as root: with Debian's packages, a browser and Debian's PostgreSQL)
	@.ci/test $(WORKERS)

coverage: setup packages ## The suite, with what of kernel and core it covers (90 % at least; a tenth slower)
	@$(PY) -m pytest -n auto --dist loadgroup --cov --cov-report=term:skip-covered --cov-fail-under=90

test-long: setup packages ## The long fault runs
	@$(PY) -m pytest -m long -s

# Spark weighs 456 MB: an environment of its own, which nothing else needs. Java 17 is Debian's openjdk-17-jre-headless.
test-spark: setup $(SPARK)/.packages ## The alarm engine and roll-ups on a real Spark cluster of two workers (needs Java 17)
	@command -v java >/dev/null || { echo "Spark needs Java 17: on Debian, apt install openjdk-17-jre-headless"; exit 1; }
	@$(SPARK)/bin/python -m pytest -m spark tests/spark

$(SPARK)/.packages: $(VENV)/.packages requirements/spark.txt
	@test -x $(SPARK)/bin/python || $(PYTHON) -m venv --without-pip $(SPARK)
	@$(UV) pip sync --quiet --compile-bytecode --python $(SPARK)/bin/python --require-hashes $(LOCKS) requirements/spark.txt
	@$(UV) pip install --quiet --python $(SPARK)/bin/python --no-deps --no-build-isolation -e .
	@touch $@

bench: setup ## Every benchmark, quickly (NAME=tiles for one, in full)
	@$(PY) -m benchmarks $(NAME)

lint: setup ## Style, and known weaknesses of our own code
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .
	@$(VENV)/bin/bandit --quiet --configfile pyproject.toml --recursive --severity-level medium --confidence-level medium belltower

audit: setup ## Known weaknesses of the locked packages (asks the package registry; says so where it is not reached)
	@$(PY) .ci/audit

types: setup ## Types
	@$(VENV)/bin/mypy belltower

packages:
	@.ci/install-packages

lock: $(VENV)/.uv ## Lock the packages anew, with hashes and no address
	@for name in bootstrap base build test spark; do \
	  $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-header requirements/$$name.in -o requirements/$$name.txt; done

clean: ## Remove what set-up made (the city in var/ stays)
	@rm -rf $(VENV) $(SPARK) web/node_modules belltower/screens/console/static/built
