"""Carries an erasure out (删除): destroys the key, purges every copy, looks for what is left."""
