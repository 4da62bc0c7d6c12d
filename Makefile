# Everything a developer does, each target with all its own set-up in .venv. `make` alone prints this list.

.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
DONE := .venv/.stamps
ARGS ?=
ROUNDS ?= 200

.PHONY: help
help: ## print this list
	@echo 'Turnero: make TARGET'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/  \1|\2/p' $(MAKEFILE_LIST) | \
		while IFS='|' read -r target text; do printf '%-19s %s\n' "$$target" "$$text"; done

# --- set-up ----------------------------------------------------------------------------------

.PHONY: setup
setup: app system ## everything that running, testing and checking need, into .venv

# What running the product needs: no Debian package is asked for.
.PHONY: app
app: $(DONE)/editable $(DONE)/front-end

$(DONE)/venv: scripts/venv.sh
	@PYTHON='$(PYTHON)' scripts/venv.sh
	@mkdir -p $(DONE) && touch $@

$(DONE)/python: requirements/dev.txt $(DONE)/venv
	@echo 'Installing Python packages by their hashes'
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

# The build tools are in the lock, so nothing unhashed is fetched to build this package either.
$(DONE)/editable: pyproject.toml turnero/__init__.py $(DONE)/python
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DONE)/front-end: package-lock.json scripts/front_end.py $(DONE)/python
	@echo 'Installing front-end files by their integrity sums'
	@$(BIN)/python -m scripts.front_end
	@touch $@

.PHONY: system
system: $(DONE)/venv
	@$(BIN)/python -m scripts.system_packages
	@$(BIN)/python -m scripts.asterisk

.PHONY: system-packages
system-packages: $(DONE)/venv ## ask again to install the Debian packages that tests need
	@$(BIN)/python -m scripts.system_packages --ask
	@$(BIN)/python -m scripts.asterisk

# --- the product -----------------------------------------------------------------------------

.PHONY: run
run: app ## the whole product with an embedded demonstration hospital
	@$(BIN)/turnero serve --demo $(ARGS)

.PHONY: bench
bench: app ## measure speed, as JSON
	@$(BIN)/turnero bench $(ARGS)

# --- tests and checks ------------------------------------------------------------------------

.PHONY: test
test: setup ## every test but the long ones (ARGS='tests/queue -k undo' for some)
	@rm -rf .pytest_cache/rules
	@TURNERO_RULES=.pytest_cache/rules $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)
	@$(if $(ARGS),,$(BIN)/python -m scripts.working_day --check)

.PHONY: rules
rules: setup ## write docs/working-day.md from the tests of the working day
	@rm -rf .pytest_cache/rules
	@TURNERO_RULES=.pytest_cache/rules $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m rule $(ARGS)
	@$(BIN)/python -m scripts.working_day

.PHONY: faults
faults: setup ## the fault tests with many rounds (ROUNDS=200), for minutes
	@TURNERO_FAULT_ROUNDS=$(ROUNDS) $(BIN)/python -m pytest -m 'long or not long' --timeout=3600 tests/faults tests/telephony $(ARGS)

.PHONY: screenshots
screenshots: setup ## take the README's pictures again, into docs/screenshots
	@TURNERO_SCREENSHOTS=docs/screenshots $(BIN)/python -m pytest tests/browser/test_screenshots.py $(ARGS)

.PHONY: messages
messages: app ## add what the catalogues lack, empty, and say what has no translation
	@$(BIN)/python -m scripts.messages $(ARGS)

.PHONY: check
check: app ## lint, format, types, floors, locks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy -n auto turnero tests scripts
	@$(BIN)/lint-imports
	@$(BIN)/python -m scripts.lock --check

.PHONY: fmt
fmt: app ## format the code and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# --- upkeep ----------------------------------------------------------------------------------

.PHONY: lock
lock: app ## write the locks again (ARGS=--upgrade for newer versions)
	@$(BIN)/python -m scripts.lock $(ARGS)

.PHONY: wheel
wheel: app ## build the wheel, front-end files included, into dist/
	@$(BIN)/hatchling build -t wheel

.PHONY: clean
clean: ## remove what the other targets made (never data/)
	@rm -rf .venv node_modules turnero/web/vendor dist build
	@rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find turnero tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
