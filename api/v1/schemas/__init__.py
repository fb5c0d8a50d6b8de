"""What bodies and queries look like: a schema in builds a command, a schema out shows a row."""
