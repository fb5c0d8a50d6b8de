"""A day on which everybody is greeted at once, lived through by the real processes (D7, D25)."""
