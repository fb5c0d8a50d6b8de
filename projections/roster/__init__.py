"""The roster (花名册): one row per customer, with everything a list can show, filter and sort."""
