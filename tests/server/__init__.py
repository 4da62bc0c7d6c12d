"""The composition for a site: settings, accounts, life, command line, API, replay, bench."""
