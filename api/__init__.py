"""The edge: how people and programs reach the service.

Translation only; no rule lives here.
"""
