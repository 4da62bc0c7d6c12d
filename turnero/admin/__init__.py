"""Administration: a site's description edited in pages, its history, and the first-run wizard.

Everything here edits a `SiteFile`, which goes the one way that configuration has:
queue/commands/sites.load_site. Accounts are the server's own pages.
"""
