"""What every page shares: shell, assets, languages, live stream, forms, who may do what.

It knows HTTP and people, and nothing of tickets: a room brings those as its `Slice`.
"""
