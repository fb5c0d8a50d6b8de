"""Purchases (成交记录): the trade history of each customer."""
