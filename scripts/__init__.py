"""What set-up and the checks are made of; standard library only, as they run before anything is installed."""
