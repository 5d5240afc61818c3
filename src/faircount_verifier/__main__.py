"""`python -m faircount_verifier BUNDLE`."""

import sys

from faircount_verifier.command import main

sys.exit(main(sys.argv[1:]))
