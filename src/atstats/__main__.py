"""`python -m atstats` is the same as `atstats`."""

from atstats.cli import main

if __name__ == "__main__":
    main()
