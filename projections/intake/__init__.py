"""What came in (来信): forms that are open, and messages from strangers."""
