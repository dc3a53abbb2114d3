# `make run` starts the workbench, `make test` runs every check, `make wheel` builds what `pip install` takes, `make docs`
# the site of the documentation, `make screenshots` its pictures, `make audit` asks for known vulnerabilities of the libraries.
PYTHON ?= python3
BIN := .venv/bin
# uv takes a quarter of pip's time. It looks where pip is told to look, so that a machine with packages of its own uses them.
# What is imported is compiled then, and kept; the libraries' other files need not be.
PIP_SAYS = $(shell $(PYTHON) -m pip config get global.$(1) 2>/dev/null)
INSTALL = UV_HTTP_TIMEOUT=180 UV_DEFAULT_INDEX="$(or $(PIP_INDEX_URL),$(call PIP_SAYS,index-url))" \
  UV_FIND_LINKS="$(or $(PIP_FIND_LINKS),$(call PIP_SAYS,find-links))" $(BIN)/uv pip install --python $(BIN)/python
# What is compiled is kept for the next start, also where Python is told not to: an image of Python may do that.
export PYTHONDONTWRITEBYTECODE :=
# A worker of the tests a core, and a thread a worker: more would keep each other waiting.
TEST_ENVIRONMENT := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1

.PHONY: run test checks tests format wheel docs screenshots audit clean

run: .venv/.run
	$(BIN)/python -m weakrec_core open --no-browser

# Side by side: the browser tests wait for others half of their time.
test: .venv/.dev
	$(MAKE) -j 2 checks tests

checks: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

tests: .venv/.dev
	$(TEST_ENVIRONMENT) $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

format: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel: .venv/.dev
	$(BIN)/python -m hatchling build -t wheel

docs: .venv/.dev
	$(BIN)/python -m docs.generate
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

screenshots: .venv/.dev
	$(BIN)/python -m docs.screenshots

# By PyPI's data, in an environment of its own; where that cannot be reached, a sentence.
audit: .venv/bin/python
	@if $(BIN)/python -c "import urllib.request as r; r.urlopen('https://pypi.org/pypi/pip/26.0/json', timeout=10)" 2>/dev/null; then \
	  $(BIN)/python -m venv .venv/audit && .venv/audit/bin/pip install -q pip-audit && \
	  .venv/audit/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip; \
	else \
	  echo "PyPI's data on vulnerabilities cannot be reached from here: nothing was audited."; \
	fi

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/bin/uv: .venv/bin/python
	$(BIN)/python -m pip install --disable-pip-version-check --quiet uv==0.13.9

.venv/.run: .venv/bin/uv requirements.txt constraints.txt
	$(INSTALL) -r requirements.txt
	touch $@

.venv/.dev: .venv/.run requirements-dev.txt
	$(INSTALL) -r requirements-dev.txt
	touch $@

clean:
	rm -rf .venv
