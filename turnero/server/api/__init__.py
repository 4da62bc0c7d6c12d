"""The HTTP API, version 1: JSON in and out, problem details, bearer tokens. Additions only.

A route is thin: it reads the body, finds the site, runs one command or one read. Rules are
the line's; who may do what is `web/permissions.py`.
"""
