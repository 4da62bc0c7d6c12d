"""One linear history of the database's shape, in plain operations; imports nothing of turnero."""
