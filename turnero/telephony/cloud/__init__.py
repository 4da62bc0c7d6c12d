"""A telephone service on the internet as the exchange: its REST interface, and its signed webhooks.

Shaped after Twilio's. It was tried against generated requests and a stand-in, never the real one.
"""
