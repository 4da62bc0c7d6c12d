"""Tickets on paper: document, bytes, transport, and the spool that never prints twice by itself."""
