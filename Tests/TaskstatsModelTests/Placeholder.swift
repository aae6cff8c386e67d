// Filled in its turn.
