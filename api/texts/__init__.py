"""The wordings, grouped by where they arise; each is `code: (Chinese, English)`."""
