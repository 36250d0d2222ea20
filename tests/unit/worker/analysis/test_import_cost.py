"""Who asks no model does not pay for its client."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["bughive_worker.runtime.site_work", "bughive_worker.cli.local_crawl"])
def test_the_providers_client_is_not_imported_unless_it_is_used(module):
    code = f"import {module}, sys; print([name for name in sys.modules if name.startswith('anthropic')])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert shown.stdout == "[]\n"
