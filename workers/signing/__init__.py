"""The signer (签署者): signs what the log looked like, and nothing that contradicts it (D13)."""
