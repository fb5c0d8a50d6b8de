"""The public pool (公海): whom anybody may claim, masked, and how many customers each rep holds."""
