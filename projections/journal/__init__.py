"""The history of a customer (客户追踪志): every stream that is about him, in log order."""
