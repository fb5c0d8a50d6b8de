"""Decisions: what becomes of each obligation once it is due, one module for each kind (D7).

Each loads what is so now, applies the policies and leaves an event under the obligation's key. A
decision that was made before is found and not made again.
"""
