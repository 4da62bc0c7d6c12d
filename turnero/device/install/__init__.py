"""`turnero device install`: what the system of a box needs around the program, as files.

Each module makes the text of some of them, purely; writing.py puts them in their places and says
what it did; showing.py is what the installed screens run.
"""
