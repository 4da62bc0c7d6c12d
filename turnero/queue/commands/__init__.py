"""Commands: each a plain function (tx, request) → result that checks a rule and writes it down."""
