"""The greetings (问候) that were decided on: what became of each of them (R73)."""
