"""The pages (网页, D15): what people see in a browser, rendered here and written through the API.

A page reads through the same functions as the JSON API and shows what they return. Whatever it
writes, its scripts send to `/api/v1`, so there is one set of rules, answers and refusals.
"""
