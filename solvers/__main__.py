"""``python -m solvers``: the command line without its installed name."""

import sys

from solvers.cli import main

sys.exit(main())
