"""`python -m firmware.cli`: what the shell wrapper runs."""

import sys

from firmware.cli.main import main

sys.exit(main())
