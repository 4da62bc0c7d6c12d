"""The line: tickets, numbers, desks and their sessions, ratings, who is next, how long.

Rules first, then storage. Nothing here sends, prints, sleeps or reads a clock; what
other rooms must know of it they read as facts (facts.py) or through reads.py.
"""
