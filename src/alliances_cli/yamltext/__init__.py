"""YAML text ↔ values with positions; exchange, insert or remove one value and leave every other byte.

This room knows nothing of roadmaps: `read` turns text into values, `edit` turns text into text, `scalars` writes one
value, `faults` says in French what libyaml found.
"""
