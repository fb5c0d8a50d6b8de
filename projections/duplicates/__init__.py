"""Duplicates and search (查重, 搜索): customers by any fragment of what identifies them (R65)."""
