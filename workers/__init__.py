"""Background work: what happens by itself when its time has come.

Everything here may run twice and must leave an event behind. Knows no HTTP.
"""
