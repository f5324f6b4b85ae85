"""Amazon Web Services, as far as this platform uses it. `table.py` has all of it."""
