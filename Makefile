# `make` alone lists the targets.
.DEFAULT_GOAL := help
.PHONY: help setup demo shop test check format docs contract bench synth aws-local audit clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

setup: ## make .venv with everything, test tools included
	@scripts/setup.sh all

demo: ## the whole platform on this machine, with 30 days of history and live shoppers
	@scripts/setup.sh runtime
	@.venv/bin/clickstream up --demo

shop: ## the demo with its storefront: buy something, and see it arrive
	@scripts/setup.sh shop
	@scripts/storefront.sh all
	@.venv/bin/clickstream up --demo --shop

test: setup ## every test, on every PostgreSQL found, in a real browser
	@scripts/chromium.sh
	.venv/bin/pytest

check: setup ## the fast loop: lint, format, types, imports, unit tests
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/pytest -q -m unit

format: setup ## lay out the code as the checks want it
	.venv/bin/ruff check --fix-only --quiet
	.venv/bin/ruff format

docs: setup ## write the made parts of docs anew: commands, metrics, reports
	.venv/bin/typer clickstream.entrypoints.cli utils docs --name clickstream --output docs/cli.md
	.venv/bin/python -m clickstream.analytics.manual
	.venv/bin/python -m clickstream.cost.manual

contract: setup ## write the schema, types and tables of the event contract anew
	.venv/bin/python -m clickstream.contract.generate

synth: setup ## write the CloudFormation templates to infra/cdk.out
	.venv/bin/python -m infra

aws-local: setup ## network and data stacks on this machine, in an emulator of AWS
	.venv/bin/python -m infra.emulator

bench: setup ## print the speed ratios
	.venv/bin/python -m benchmarks

audit: setup ## look the dependencies up among the known vulnerabilities
	.venv/bin/python scripts/audit.py

clean: ## remove what the other targets made, but keep the data
	rm -rf storefront/node_modules storefront/.next storefront/.test storefront/src/generated
	rm -rf tracker/node_modules tracker/dist .venv .uv dist build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
