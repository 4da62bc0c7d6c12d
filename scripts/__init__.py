"""What set-up and the checks are made of.

Standard library only: these run before anything is installed.
"""
