"""The bench of taskstatsd: what contrib/bench/run is made of. Python's standard library only."""
