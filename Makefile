# Everything that is run, and the set-up it needs, is spelled out here and nowhere else.
#
#   make demo               the whole main job on synthetic people; ends with a page to open
#   make demo DATA=FOLDER   the same on your own export or cohort
#   make test               all tests
#   make nightly            the same with the long ones: 10,000 broken copies a reader, exports of gigabytes
#   make check              style, types, layers, docs: what a commit must pass beside the tests
#   make bench              speed and memory, beside peers
#   make setup              set up and do nothing else
#   make clean              remove .venv and caches; results in out/ stay
#
# Set-up happens once, and again only when pyproject.toml or constraints.txt have changed.

DATA ?= synthetic
OUT ?=
ARGS ?=
PYTHON ?=
WORKERS ?= 2
BENCH ?= benchmarks/run.py
VENV ?= .venv
BIN = $(VENV)/bin
export DATA OUT

.DEFAULT_GOAL := help
.PHONY: help demo test nightly check bench setup clean

help:
	@sed -n 's/^#   //p' Makefile

# Folders may have blanks and quotes in their names, so they go through the environment. A cohort of yours gets a
# folder of its own in out/, because a store is written once.
demo: $(VENV)/.ready
	@out="$${OUT:-out/demo}"; \
	if [ -z "$$OUT" ] && [ "$$DATA" != synthetic ]; then out="out/$$(basename "$$DATA")"; fi; \
	$(BIN)/sennight demo "$$DATA" --out "$$out" $(ARGS)

# One thread a worker: two workers that each start a thread a core are slower than one.
test: $(VENV)/.ready-dev
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) -rs $(ARGS)

nightly: $(VENV)/.ready-dev
	@SENNIGHT_NIGHTLY=1 SENNIGHT_MUTATIONS=10000 OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) -rs $(ARGS)

check: $(VENV)/.ready-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest tests/test_house.py tests/test_setup.py tests/docs

bench: $(VENV)/.ready-dev
	@for script in $(BENCH); do echo "== $$script"; $(BIN)/python "$$script" $(ARGS) || exit 1; done

setup: $(VENV)/.ready-dev

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(call set_up,)
	@touch $@

$(VENV)/.ready-dev: pyproject.toml constraints.txt
	@$(call set_up,[dev])
	@touch $(VENV)/.ready $@

NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
CANDIDATES = $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11)

# A .venv that works is kept, unless PYTHON asks for another interpreter.
define set_up
python=; \
for p in $(CANDIDATES); do \
  if "$$p" -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then python=$$p; break; fi; \
done; \
if [ -z "$$python" ]; then \
  echo "sennight needs Python 3.11 or newer$(if $(PYTHON), and '$(PYTHON)' is not). Install one or name it: make setup PYTHON=/path/to/python3" >&2; \
  exit 1; \
fi; \
echo "Setting up $(VENV) with $$("$$python" --version) (once, about two minutes) ..."; \
if [ -n "$(PYTHON)" ] || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
  "$$python" -m venv --clear $(VENV) || exit 1; \
fi; \
$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.$(1)' || { \
  echo "Set-up stopped; the reason stands above. It needs the network this once; the same command tries again." >&2; \
  exit 1; \
}
endef
