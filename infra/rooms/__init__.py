"""One construct a room. None of them grants anything: `infra/wiring.py` does, for all to read."""
