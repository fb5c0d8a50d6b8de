"""Handovers (替换跟单人): who gave what to whom, and what of it could still be given back."""
