"""The parts of contrib/bench/run. Uses only Python's standard library."""
