# Everything runs from a local .venv that these targets set up; nothing else has to be prepared.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_DIR ?= demo
TEST_WORKERS ?= 4

.PHONY: demo test lint types layers check wheel lock clean bench-crawl bench-storage bench-identity bench-imports bench-scoring bench-desk bench-privacy bench-scale bench-faults spark audit bom

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

test: $(VENV)/.dev  ## all tests; many wait for processes of their own, so more run at once than there are cores
	@$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile

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

bench-privacy: $(VENV)/.dev  ## erasing a person out of a large store: seconds, and bytes left
	@$(BIN)/python -m bench.privacy

bench-desk: $(VENV)/.dev  ## exports beside writer libraries, server times under load
	@$(BIN)/python -m bench.desk

bench-scale: $(VENV)/.dev  ## how costs grow, workers and engines beside one; Spark's part needs `make spark` and Java 17
	@$(BIN)/python -m bench.scale

spark: $(VENV)/.dev requirements/spark.txt  ## what batch work on Apache Spark needs besides, for its tests and figures
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/spark.txt

bench-faults: $(VENV)/.dev  ## nights killed and continued, what a tight budget brings, what the frontier costs
	@$(BIN)/python -m bench.faults

audit: $(VENV)/.dev  ## known weaknesses of the locked libraries; needs the index's advisory service
	@PIP_AUDIT=$(BIN)/pip-audit .ci/audit

bom: $(VENV)/.dev  ## bill of materials: every library with its version and hashes, as CycloneDX
	@mkdir -p dist
	@$(BIN)/python -W ignore -m cyclonedx_py requirements requirements/runtime.txt --pyproject pyproject.toml --output-reproducible --of JSON -o dist/bom.json
	@echo dist/bom.json

lock:  ## resolve again; hashes, no addresses
	cd requirements && uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-emit-index-url --custom-compile-command "make lock" runtime.in -o runtime.txt
	cd requirements && uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-emit-index-url --custom-compile-command "make lock" dev.in -c runtime.txt -o dev.txt
	cd requirements && uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-emit-index-url --custom-compile-command "make lock" spark.in -c runtime.txt -c dev.txt -o spark.txt
	cd requirements && uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-emit-index-url --custom-compile-command "make lock" workers.in -c runtime.txt -c dev.txt -o workers.txt

clean:
	rm -rf $(VENV) dist build demo .mypy_cache .ruff_cache .pytest_cache
