"""A box beside the hardware: pairing, its own small store, printers, signs, the kiosk's pages."""
