"""`python -m bughive_dev`."""

import sys

from bughive_dev.cli import main

sys.exit(main())
