"""Legal holds and erasures (法律保全与删除): who may not be erased, who was, and how far it is."""
