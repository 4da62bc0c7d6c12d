"""Turnero: the waiting room of a hospital, from the touch kiosk to the desk.

This module holds the version and nothing else; the rooms are its subpackages.
"""

__version__ = "0.1.0"
