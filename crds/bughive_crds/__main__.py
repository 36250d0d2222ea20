"""``python -m bughive_crds``: write ``crds/*.yaml``; with ``--check``, tell whether they are fresh."""

import argparse
import sys
from pathlib import Path

import yaml

from bughive_crds.definition import all_definitions

FOLDER = Path(__file__).parent.parent
HEADER = "# Written by `python -m bughive_crds`; do not edit.\n"


class _Plain(yaml.SafeDumper):
    """Writes what occurs twice twice: anchors would puzzle readers, and some tools."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - as yaml calls it
        return True


def rendered() -> dict[Path, str]:
    """Each file and what it should hold."""
    return {
        FOLDER / f"{definition['spec']['names']['plural']}.yaml": HEADER
        + yaml.dump(definition, Dumper=_Plain, sort_keys=False, width=110)
        for definition in all_definitions()
    }


def main() -> None:
    """Write the files, or exit with 1 and their names where they are stale."""
    parser = argparse.ArgumentParser(prog="python -m bughive_crds", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is stale")
    check = parser.parse_args().check
    stale = [path for path, text in rendered().items() if not path.exists() or path.read_text() != text]
    if check and stale:
        sys.exit(f"stale: {', '.join(path.name for path in stale)}; run `python -m bughive_crds`")
    for path in stale:
        path.write_text(rendered()[path])
        sys.stdout.write(f"wrote {path.name}\n")


if __name__ == "__main__":
    main()
