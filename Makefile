# Copydesk's commands. `make help` lists them.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo run test fast walks journeys pictures crash soak check bench bench-web bench-jobs bench-analytics format lock clean runtime dev chromium

BIN := .venv/bin
APPS := config audit queues plugins workflows mail accounts articles backlinks analytics simulators
LAUNCH := $(BIN)/python -m simulators.launch
ARGS ?=

# A stamp is named for the content of what it installed: another lock, another stamp.
RUNTIME_LOCKS := requirements.txt requirements/embedded.txt
DEV_LOCKS := $(RUNTIME_LOCKS) requirements/dev.txt
stamp = .venv/.$(1)-$(shell cat $(2) | cksum | cut -d ' ' -f 1)
RUNTIME := $(call stamp,runtime,$(RUNTIME_LOCKS))
DEV := $(call stamp,dev,$(DEV_LOCKS))

UV := $(shell command -v uv)
# uv trusts who the machine trusts, as pip does: behind a company's proxy nobody else knows its certificate.
export UV_SYSTEM_CERTS := 1
COMPILE = uv pip compile --quiet --generate-hashes --no-header --python-version 3.11 $(if $(UPGRADE),--upgrade)
PYTHONS := python3.11 python3.12 python3.13 python3.14 python3
FITS := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(foreach name,$(PYTHONS),$(shell $(name) -c '$(FITS)' 2>/dev/null && echo $(name))))

define install
@echo "installing $(2) into .venv"
$(if $(UV),uv pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet --disable-pip-version-check) --require-hashes $(addprefix -r ,$(2))
@rm -f .venv/.$(1)-* && touch $@
endef

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: runtime ## the whole system, sample articles, one purchase played; serves until Ctrl-C (ARGS=--once stops after it)
	@$(LAUNCH) demo $(ARGS)

run: runtime ## the whole system, nothing played; serves until Ctrl-C
	@$(LAUNCH) run $(ARGS)

test: fast walks journeys ## all tests

TWO := -n 2 --dist loadgroup

fast: dev ## units and races on a real PostgreSQL and Redis; about 6 minutes on two cores
	$(LAUNCH) services -- $(BIN)/python -m pytest $(TWO) -m "not walk" $(APPS) $(ARGS)

walks: dev ## every address, link, button and field, as each role; about 2 minutes on two cores
	$(LAUNCH) services -- $(BIN)/python -m pytest $(TWO) -m walk config queues $(ARGS)

journeys: dev chromium ## separate processes, a browser, real kills; about 13 minutes on two cores
	$(BIN)/python -m pytest -n 2 --dist loadfile $(if $(filter tests/%,$(ARGS)),,tests) $(ARGS)

PICTURED := browser owner desk workflows analytics

pictures: dev chromium ## the README's pictures, from what the browser tests see
	$(BIN)/python -m pytest -q $(PICTURED:%=tests/test_%.py)
	$(BIN)/python -m tests.pictures

crash: dev ## 10,000 jobs, 500 killed processes, plain Celery beside them; about 40 minutes, figures in docs/reliability.md
	$(BIN)/python -m tests.crash --write $(ARGS)

soak: dev ## everybody at once for ten minutes while processes and Redis are killed; figures in docs/reliability.md
	$(BIN)/python -m tests.soak --write $(ARGS)

check: dev ## format, lint, types, import layers, missing migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/djlint --lint --quiet templates
	$(LAUNCH) services -- sh -euc '$(BIN)/mypy . && $(BIN)/lint-imports && $(BIN)/python manage.py makemigrations --check --dry-run'

bench: bench-web bench-jobs bench-analytics ## every benchmark

bench-web: dev ## 500 webhooks at once: server time, client time, none lost, orders = paid sessions
	$(BIN)/python -m bench.webhooks

bench-jobs: dev ## the job backbone beside Celery and BullMQ, about half an hour (ARGS=--quick, --only A,B, --slow, --publish)
	$(LAUNCH) services --home .local/bench/services -- $(BIN)/python -m bench.jobs $(ARGS)

bench-analytics: dev ## events a second, 5,000,000 of them counted, every dashboard call, the naive query beside it
	$(LAUNCH) services -- $(BIN)/python -m bench.analytics $(ARGS)

format: dev ## write code and imports the house's way
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

lock: ## compile the three locks again from requirements/*.in (UPGRADE=1 takes newer versions)
	@command -v uv >/dev/null || { echo "make lock needs uv on the PATH (pip install uv)"; exit 1; }
	$(COMPILE) requirements/base.in -o requirements.txt
	$(COMPILE) requirements/embedded.in -o requirements/embedded.txt
	$(COMPILE) requirements/dev.in -o requirements/dev.txt

clean: ## throw away the demo's data, the environment and every cache
	rm -rf .venv .local .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

runtime: $(RUNTIME)
dev: $(DEV)

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Copydesk needs Python 3.11 or later on the PATH"; exit 1; }
	$(if $(UV),uv venv --quiet --python $(PYTHON) .venv,$(PYTHON) -m venv .venv)

$(RUNTIME): | .venv/bin/python
	$(call install,runtime,$(RUNTIME_LOCKS))

$(DEV): | .venv/bin/python
	$(call install,dev,$(DEV_LOCKS))

chromium:
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
		&& apt-get install -y --no-install-recommends chromium; } \
		|| echo "chromium is not here and cannot be installed: the browser tests will be skipped"
