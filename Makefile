# Everything runs from a local .venv that these targets set up; nothing else has to be prepared.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_DIR ?= demo

.PHONY: demo test lint types layers check wheel lock clean bench-crawl bench-storage bench-identity bench-imports bench-scoring bench-desk audit

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing what the product needs (once)" >&2
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	@$(BIN)/python -c "import pathlib, sysconfig; pathlib.Path(sysconfig.get_path('purelib'), 'sourcing_here.pth').write_text('$(CURDIR)\n')"
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing what tests and checks need (once)" >&2
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.runtime

demo: $(VENV)/.runtime  ## a night on the synthetic web; run it twice for the second night
	@$(BIN)/python cli.py demo --dir $(DEMO_DIR)

test: $(VENV)/.dev  ## all tests
	@$(BIN)/python -m pytest

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy
	$(BIN)/mypy cli.py

layers: $(VENV)/.dev
	$(BIN)/lint-imports

check: lint types layers test  ## what has to hold before a commit

wheel: $(VENV)/.dev
	$(BIN)/python -m build --wheel --no-isolation -o dist .

bench-crawl: $(VENV)/.dev  ## requests and points per lead, pacing, throughput
	@$(BIN)/python -m bench.crawl

bench-storage: $(VENV)/.dev  ## upserts per second beside raw DB-API
	@$(BIN)/python -m bench.storage

bench-identity: $(VENV)/.dev  ## precision, recall, time and memory of joining, on labelled and invented people
	@$(BIN)/python -m bench.identity

bench-imports: $(VENV)/.dev  ## streaming readers of dumps beside Polars and DuckDB
	@$(BIN)/python -m bench.imports

bench-scoring: $(VENV)/.dev  ## skills, places, adverts, ranking beside baselines, speed beside bare libraries
	@$(BIN)/python -m bench.scoring

bench-desk: $(VENV)/.dev  ## exports beside writer libraries, server times under load
	@$(BIN)/python -m bench.desk

audit: $(VENV)/.dev  ## known weaknesses of the locked libraries; needs the index's advisory service
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements/runtime.txt

lock:  ## resolve again; hashes, no addresses
	cd requirements && uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-emit-index-url --custom-compile-command "make lock" runtime.in -o runtime.txt
	cd requirements && uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-emit-index-url --custom-compile-command "make lock" dev.in -c runtime.txt -o dev.txt

clean:
	rm -rf $(VENV) dist build demo .mypy_cache .ruff_cache .pytest_cache
