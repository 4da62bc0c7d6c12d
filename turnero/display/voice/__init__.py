"""What the room hears: words, chime, synthesised speech, and the cache of both.

Nothing here decides when something is said or by which board (see announce.py and static/queue.js).
"""
