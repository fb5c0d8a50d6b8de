"""The ways out: each channel hands one message to the world and says what became of it.

A channel knows no database, keeps no queue and never decides whether to try again.
"""
