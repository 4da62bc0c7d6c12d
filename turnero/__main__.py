"""Lets `python -m turnero` do what the command `turnero` does, and no more."""

from turnero.cli import main

if __name__ == "__main__":
    main()
