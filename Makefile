# Everything a person does with this repository. Needs only Python 3.11 or newer and make.
# All paths are relative, so the folder's own path may hold spaces.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet
HASHED := $(PIP) --require-hashes
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(UPGRADE)

# Every process of the tests has servers of its own. One whose test waits for ever says where and
# ends, without tidying up; another takes its place.
SIDE_BY_SIDE := --numprocesses logical --maxprocesses 4 --dist worksteal \
	--override-ini faulthandler_timeout=600 --override-ini faulthandler_exit_on_timeout=true

.DEFAULT_GOAL := help
.PHONY: help run test coverage fuzz lint format types bench chaos screenshots lock secrets clean

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/installed-run ## Start Kezhi with everything it needs; Ctrl-C stops it. Data is kept in .kezhi/.
	@KEZHI_DATA="$${KEZHI_DATA:-$(CURDIR)/.kezhi}" exec $(BIN)/kezhi up

test: lint types $(VENV)/installed-data ## Run every check and every test, as CI does.
	@echo "== Tests"
	@$(BIN)/python -m pytest -p no:randomly $(SIDE_BY_SIDE)

coverage: $(VENV)/installed-data ## Run the tests and tell which lines and branches none of them takes.
	@$(BIN)/python -m pytest -p no:randomly $(SIDE_BY_SIDE) --cov

fuzz: $(VENV)/installed-data ## Run the tests in random order, properties with new examples.
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) --hypothesis-profile dice

lint: $(VENV)/installed-dev ## Check style and that imports point down.
	@echo "== Style"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@echo "== Imports"
	@$(BIN)/lint-imports --no-logo

types: $(VENV)/installed-dev ## Check types.
	@echo "== Types"
	@$(BIN)/mypy

format: $(VENV)/installed-dev ## Lay out the code and mend what can be mended mechanically.
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/installed-data ## Measure against the budgets; writes docs/benchmarks/.
	@$(BIN)/python -m pytest tests/benchmarks -m benchmark -p no:randomly --capture=no

chaos: $(VENV)/installed-data ## Break things on purpose for ten minutes; nothing is lost or doubled.
	@KEZHI_CHAOS_SECONDS="$${KEZHI_CHAOS_SECONDS:-600}" $(BIN)/python -m pytest -m chaos

screenshots: $(VENV)/installed-dev ## Take pictures of every page for docs/screenshots/.
	@$(BIN)/python -m tests.support.screenshots

lock: $(VENV)/installed-dev ## Write the lock files; UPGRADE=--upgrade takes newer versions.
	@$(LOCK) requirements.in --output-file requirements.txt
	@$(LOCK) requirements-dev.in --output-file requirements-dev.txt
	@$(LOCK) --no-deps requirements-data.in --output-file requirements-data.txt

secrets: ## Make the password and the keys that docker-compose.yml reads; never replaces any.
	@mkdir -m 700 secrets
	@for role in database service signer; do \
		head -c 24 /dev/urandom | base64 | tr '+/' '-_' > secrets/$${role}_password; done
	@key() { head -c 32 /dev/urandom | base64; }; \
		printf '{"wrapping": {"1": "%s"}, "current": 1, "signing": "%s", "blinding": "%s"}\n' \
		"$$(key)" "$$(key)" "$$(key)" > secrets/master_key; \
		printf '{"name": "kezhi/log-%s", "seed": "%s"}\n' \
		"$$(head -c 4 /dev/urandom | od -An -tx1 | tr -d ' ')" "$$(key)" > secrets/signing_key
	@echo "Made secrets/. Keep copies of master_key and signing_key elsewhere: without the first"
	@echo "nobody's personal data can be read again, without the second auditors know the log no more."

clean: ## Remove what was installed and built. Data in .kezhi/ stays.
	@rm -rf $(VENV) build dist *.egg-info .coverage .coverage.* htmlcov \
		.hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# The stamps say what has been installed, so that a second run starts at once. Programs in the
# environment name their interpreter by its full path: a moved folder needs a new environment.

ifneq ($(shell test -x $(BIN)/python && cat $(VENV)/made-in),$(CURDIR))
.PHONY: $(VENV)/made-in
endif

$(VENV)/made-in:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Kezhi needs Python 3.11 or newer; '$(PYTHON)' is not, or is not there."; \
		echo "Name another one: make run PYTHON=python3.12"; \
		exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@printf '%s\n' '$(CURDIR)' > $@

$(VENV)/installed-run: requirements.txt pyproject.toml $(VENV)/made-in
	@echo "Installing what Kezhi runs on, at the locked versions ..."
	@$(HASHED) --requirement requirements.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed-run
	@echo "Installing what the checks need, at the locked versions ..."
	@$(HASHED) --no-build-isolation --requirement requirements-dev.txt
	@touch $@

$(VENV)/installed-data: requirements-data.txt $(VENV)/installed-dev
	@$(HASHED) --no-deps --requirement requirements-data.txt
	@touch $@
