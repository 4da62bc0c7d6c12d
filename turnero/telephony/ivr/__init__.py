"""What somebody hears who rings in, and after a call: a menu as data, and what runs it."""
