# Two commands for people: `make run` and `make test`. The rest serves them.
PY := .venv/bin/python

run: .venv/installed
	@$(PY) manage.py up

# Every process has servers, a database and a browser of its own.
test: .venv/installed-dev
	@$(PY) -m pytest -n 3 --dist worksteal

# Half a year of a grown house is made first; SCALE=0.05 is enough for a look.
bench: .venv/installed-dev
	@$(PY) -m bench --scale $(or $(SCALE),1)

lint: .venv/installed-dev
	@.venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/lint-imports
	@$(PY) -m mypy .

.venv/installed: requirements.txt
	@python3 -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Linli needs Python 3.11 or newer; python3 here is " + sys.version)'
	@echo "Installing what Linli needs into .venv (once, about a minute) …"
	@python3 -m venv .venv
	@$(PY) -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements.txt
	@$(PY) -m compileall -q -j 2 .venv/lib >/dev/null || true  # Halves every start; a few packages carry templates that are no Python.
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# Pin what requirements*.in ask for; run after changing one of them.
lock: .venv/installed-dev
	@.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements.in -o requirements.txt
	@.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c requirements.txt requirements-dev.in -o requirements-dev.txt

.PHONY: run test bench lint lock
