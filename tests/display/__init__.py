"""Boards, announcements and the voice."""
