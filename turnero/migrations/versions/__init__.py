"""The revisions, named and ordered by number."""
