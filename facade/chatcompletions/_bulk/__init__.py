"""Many requests at once: how fast they may go, where they are made, and the journal of those that are done."""
