"""The outbox (发件箱): one row per message to send, until and after it was sent (D7)."""
