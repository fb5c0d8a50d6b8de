"""The contracts (合同) and receivables (应收): what customers owe by when, and who sees to it."""
