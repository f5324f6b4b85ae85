"""Microsoft Azure, as far as this platform uses it. `table.py` is what the engine talks to."""
