"""Recorded reads (查阅记录): who looked into whose past, what he took away, and why."""
