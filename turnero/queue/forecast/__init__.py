"""How long it takes, learned: a queue's day as seen so far, what earlier days teach, a range.

Pure and without any library: `estimator.py` is the way in. What was learned from recorded days is
data (`prior.json.gz`), made by `learn.py`, which alone needs numpy and is not read at run time.
"""
