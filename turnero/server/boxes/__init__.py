"""Boxes beside the hardware, as the server knows them: paired, approved, heard, revoked."""
