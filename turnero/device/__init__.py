"""A box beside the hardware, put together: pairing, its own small store, printers, signs, the kiosk's pages."""
