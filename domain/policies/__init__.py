"""Contents of the versioned policies: what a company decides once and may change later.

A change is an event, so every decision keeps the rules it was made under (D3).
"""
