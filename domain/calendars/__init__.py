"""Which days and hours count as work.

Pure: no clock and no database; zones come from the system's or the `tzdata` package's tables.
"""
