"""Puts the rooms together for a site: settings, the application, accounts, devices, the API.

It holds no rule of the line and draws no page of a room; it wires what those export.
"""
