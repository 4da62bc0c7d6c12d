"""LED signs over desks and in halls: what each shows, in which bytes, over which line."""
