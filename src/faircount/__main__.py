"""`python -m faircount` is the command line."""

from faircount.cli import main

main()
