"""Administration: a site described and changed in pages, and the first-run wizard."""
