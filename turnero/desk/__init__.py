"""The staff's pages: the agent's desk, the supervisor's view of the day, the greeter's tablet.

They show the line and press its commands; every rule is the line's (`turnero.queue`).
"""
