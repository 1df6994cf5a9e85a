# Needs Python 3.11 or newer and make. `make` alone prints this help.
# Every path is relative: the checkout may lie under a directory with a space in its name.
.DEFAULT_GOAL := help
.PHONY: help setup run code test check fix migrate translate docs

python := .venv/bin/python
development := NRM_MODE=development NRM_DEMO=1
test := NRM_MODE=test
PORT ?= 8000
COUNTRY ?= MK
export PORT

help:
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):[^#]*## (.*)/  make \1	\2/'

setup: .venv/ready ## install what is locked into .venv

run: .venv/ready ## start the service with an invented country (PORT=8000, COUNTRY=MK); Ctrl-C stops it
	@$(development) NRM_COUNTRY=$(COUNTRY) exec $(python) manage.py serve

code: .venv/ready ## print the current one-time code of a demo person (USER=ana.caseworker@demo.invalid)
	@$(development) NRM_COUNTRY=$(COUNTRY) $(python) manage.py demo code $(USER)

test: .venv/ready ## run every test
	@$(test) exec $(python) -m pytest -p tests.own_server -p tests.spreading -n logical --maxprocesses 8 --dist loadfile

check: .venv/ready ## lint, types, layers, migrations, translations, then every test
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	find templates -name '*.html' -exec .venv/bin/djade --check {} +
	$(test) $(python) -m mypy nrm workflows
	.venv/bin/lint-imports --no-logo
	$(test) $(python) manage.py makemigrations --check --dry-run
	$(test) $(python) manage.py translate --check
	$(test) $(python) manage.py check --fail-level WARNING
	@$(MAKE) --no-print-directory test

fix: .venv/ready ## format the code and mend what can be mended
	$(python) -m ruff check --fix .
	$(python) -m ruff format .
	find templates -name '*.html' -exec .venv/bin/djade {} +

migrate: .venv/ready ## write missing migrations and apply them
	$(development) $(python) manage.py makemigrations
	$(development) $(python) manage.py migrate

translate: .venv/ready ## extract messages, update and compile the catalogues
	$(development) $(python) manage.py translate

docs: .venv/ready ## write what is printed into docs/: the mechanism, the table of security tests
	$(development) $(python) manage.py mechanism --into docs
	$(python) -m tests.security.checklist

.venv/ready: requirements-dev.lock
	@.ci/venv requirements-dev.lock
	@touch .venv/ready
