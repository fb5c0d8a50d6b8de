"""The inbox (收件箱): what each representative was told, and whether he has seen it."""
