"""What is handed to an auditor about one customer: proofs, and the whole bundle (证据包)."""
