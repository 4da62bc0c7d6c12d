"""Boards and announcements: what the waiting room sees and hears.

It follows the line and never changes it, and no name of a person ever reaches it.
"""
