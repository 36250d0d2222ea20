PYTHON := .venv/bin/python
READY := .venv/ready

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup lint format test test-unit test-integration leak-matrix test-faults test-e2e soak kubernetes artifact-store chart-tools cluster-up cluster-load \
	cluster-down cluster-status kind-up demo dev bench-crawl bench-egress bench-result-cache bench-dispatch bench-scale images lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing: packages of the machine, .venv, axe-core
	@dev/setup

$(READY): requirements.lock pyproject.toml dev/setup
	@dev/setup

lint: $(READY) ## Check style, types, the arrows between the rooms, and that generated files are fresh
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/hadolint Dockerfile
	$(PYTHON) -m bughive_crds --check
	$(PYTHON) -m bughive_dev.settings_page --check
	$(PYTHON) -m bughive_dev.metrics_page --check
	$(PYTHON) -m bughive_dev.detectors_page --check
	$(PYTHON) -m bughive_dev.published_schemas --check
	$(PYTHON) -m bughive_dev.chart_values --check

format: $(READY) ## Format the code and repair what ruff can
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

test: lint test-unit test-integration test-faults ## Run everything that CI runs; nodes need root, so the last part asks for sudo
	$(if $(filter 0,$(shell id -u)),,sudo --preserve-env=CI,HOME) $(MAKE) test-e2e

test-unit: $(READY) ## Run the tests that need no services
	$(PYTHON) -m pytest tests/unit

test-integration: kubernetes artifact-store chart-tools ## Run the tests on real Redis, Kubernetes and Chromium
	$(PYTHON) -m pytest tests/integration

leak-matrix: $(READY) ## Try every way past the egress guard, and print what became of each
	$(PYTHON) -m pytest -q tests/integration/egress && cat build/leak_matrix.txt

test-faults: kubernetes ## Break everything once, and prove that nothing is lost and nothing doubled (a quarter of an hour)
	@rm -rf build/faults && mkdir -p build/faults
	@$(PYTHON) -m pytest tests/faults/test_[a-m]*.py >build/faults/first.log 2>&1 & first=$$!; \
	$(PYTHON) -m pytest tests/faults/test_[n-z]*.py; second=$$?; \
	wait $$first; first=$$?; cat build/faults/first.log; exit $$((first + second))

GIVEN = $(filter command line,$(origin KUBECONFIG))
test-e2e: kubernetes chart-tools images ## Run the end-to-end tests on a cluster with nodes (as root), or on one that has the images: KUBECONFIG=...
	$(if $(GIVEN),E2E_KUBECONFIG=$(KUBECONFIG)) $(PYTHON) -m pytest tests/e2e
	$(if $(GIVEN),,$(PYTHON) -m pytest tests/soak/test_fresh_install.py --rounds 2)

soak: kubernetes chart-tools images ## What fails seldom, very often: installs, a kill loop over 12,000 sessions, leaks (as root; hours)
	$(PYTHON) -m pytest tests/soak

kubernetes: $(READY) ## Build Kubernetes into the cache (minutes, once for all checkouts); as root, what nodes need too
	@$(PYTHON) -m bughive_dev kubernetes

artifact-store: $(READY) ## Build the artifact store, versitygw, into the cache (a minute, once for all checkouts)
	@$(PYTHON) -m bughive_dev artifact-store

chart-tools: $(READY) ## Build Helm and kube-score into the cache (minutes, once for all checkouts)
	@$(PYTHON) -m bughive_dev chart-tools

cluster-up: $(READY) ## Start a Kubernetes cluster in the background, kubeconfig in .dev/; NODES=2 with nodes, as root
	@$(PYTHON) -m bughive_dev cluster-up $(if $(NODES),--nodes $(NODES))

cluster-load: $(READY) ## Load the images of build/images into the cluster's nodes
	@$(PYTHON) -m bughive_dev cluster-load

cluster-down: $(READY) ## Stop the cluster and throw away what is in it
	@$(PYTHON) -m bughive_dev cluster-down

cluster-status: $(READY) ## Show the cluster's components
	@$(PYTHON) -m bughive_dev cluster-status

kind-up: $(READY) ## Start a kind cluster (needs Docker and kind) and load the images of build/images
	@$(PYTHON) -m bughive_dev kind-up

demo: $(READY) ## Find the bugs of a demo shop, all on this machine; INTEGRATIONS=1 with webhooks, tickets and S3, and what arrives there
	@$(PYTHON) -m bughive_dev demo $(if $(INTEGRATIONS),--integrations)

dev: $(READY) ## Run operator and workers in the foreground against the cluster
	@$(PYTHON) -m bughive_dev dev

bench-crawl: $(READY) ## Compare the crawl's speed with bare Playwright and crawlee-python
	$(PYTHON) tests/bench/crawl.py

bench-egress: $(READY) ## Measure what the egress guard costs a crawl
	$(PYTHON) tests/bench/egress.py

bench-result-cache: $(READY) ## Measure what the result cache saves a second session of an unchanged site
	$(PYTHON) tests/bench/result_cache.py

bench-dispatch: kubernetes ## Measure the time from apply to a worker's start
	$(PYTHON) tests/bench/dispatch.py

bench-scale: kubernetes ## Measure what 100, 1,000 and 10,000 sessions cost the operator (half an hour)
	$(PYTHON) tests/bench/scale.py

COMPILE = .venv/bin/uv pip compile $(UPGRADE) --quiet --universal --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock"

images: $(READY) ## Build the images of operator, worker, artifact store and Redis, with Docker or without (then as root)
	@$(PYTHON) -m bughive_dev images

lock: $(READY) ## Write the locks from pyproject.toml; UPGRADE=--upgrade takes the newest of all
	$(COMPILE) --all-extras pyproject.toml -o requirements.lock
	$(COMPILE) -c requirements.lock --extra operator pyproject.toml -o requirements/operator.lock
	$(COMPILE) -c requirements.lock --extra worker pyproject.toml -o requirements/worker.lock
	echo hatchling | $(COMPILE) -c requirements.lock - -o requirements/build.lock

clean: ## Stop the cluster and remove what was built or cached in this checkout, all but .venv
	@[ ! -d .dev ] || $(PYTHON) -m bughive_dev cluster-down
	rm -rf .dev build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
