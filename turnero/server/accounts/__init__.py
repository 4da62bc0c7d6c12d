"""Accounts of people, sessions they sign in to, and tokens of devices and programs.

Proves who is asking; what they then may do is `web/permissions.py`.
"""
