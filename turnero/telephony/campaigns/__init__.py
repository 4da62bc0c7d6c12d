"""Follow-up campaigns: a list of people who are called within some hours, with a script and a survey."""
