"""The real things tests talk to: a database server, a browser, programs that read what we made."""
