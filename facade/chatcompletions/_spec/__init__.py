"""What the pinned spec says, and where an answer departs from it."""
