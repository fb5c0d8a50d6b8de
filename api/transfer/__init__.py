"""Sheets in and out: what people keep in Excel, shared by HTTP and command line.

Nothing here knows the domain or stores anything.
"""
