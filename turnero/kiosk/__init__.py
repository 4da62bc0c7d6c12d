"""The kiosk and the phone: take a ticket, ask for help, follow one's place, say how it went."""
