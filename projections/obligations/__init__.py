"""The obligations (义务): everything that has to happen at a moment to come, and when (D7)."""
