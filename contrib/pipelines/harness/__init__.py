"""What the tests of the pipelines share: programs that are killed, a daemon with known records, and the count."""
