# SPDX-License-Identifier: Apache-2.0
"""`python -m generator` is `mel2metal`."""

import sys

from generator.cli import main

if __name__ == "__main__":
    sys.exit(main())
