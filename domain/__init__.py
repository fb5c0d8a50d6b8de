"""The model: what is true about a customer and what may happen next.

Knows no transport and no clock. Only ``domain.eventstore`` knows a database.
"""
