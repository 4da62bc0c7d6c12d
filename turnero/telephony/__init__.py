"""Callbacks by telephone: exchanges, dialling, the voice menu, campaigns and messages."""
