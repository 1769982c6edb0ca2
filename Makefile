# Two commands for a fresh machine with git, make and Python >= 3.11:
#   make status   sets all up, shows the status of the real roadmap and writes its bilan in public/
#   make test     sets all up and passes the tests, with ruff and mypy --strict
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# What is used is compiled once, then: of what pip brings, most isn't, and the tests start the tool some hundreds of times.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: status test lint bench clean
.DELETE_ON_ERROR:

status: $(STAMP)
	@mkdir -p public
	@$(BIN)/alliances status
	@$(BIN)/alliances render -o public/bilan.html
	@$(BIN)/alliances render -o public/bilan.md

test: $(STAMP) lint
	$(BIN)/python -m pytest -n auto

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	MYPY_NUM_WORKERS=auto $(BIN)/mypy

bench: $(STAMP)
	$(BIN)/python benchmarks/run.py

# Made anew when the dependencies change.
$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "alliances needs Python 3.11 or later as '$(PYTHON)' (or: make PYTHON=python3.12 …)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "the Python module 'venv' is missing; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --editable '.[test]'
	@touch $(STAMP)

clean:
	rm -rf $(VENV) public .pytest_cache .mypy_cache .ruff_cache .hypothesis
