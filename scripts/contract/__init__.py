"""Hold pin, generated package and facade against each other, and say in sentences where they differ."""
