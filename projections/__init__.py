"""Read models: what we can ask.

Everything here can be thrown away and rebuilt from the events. Knows no HTTP and no task queue.
"""
