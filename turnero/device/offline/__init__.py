"""A kiosk that goes on without its server: numbers held ready, tickets made here, brought later."""
