"""`serve --demo`: an embedded hospital with people in it, for this machine alone.

Nothing here is imported by a real site's server.
"""
