"""LED signs: the contract, their frames, their worker and their pages."""
