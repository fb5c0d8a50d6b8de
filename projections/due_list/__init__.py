"""The due list (到期清单): whom to contact, by when, and why."""
