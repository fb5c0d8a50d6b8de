"""The auditor's side (审计): what proves that the log was not changed, and what checks the proof.

Needs Python and `cryptography` and nothing else of Kezhi, so that it can be handed out as one file.
"""
