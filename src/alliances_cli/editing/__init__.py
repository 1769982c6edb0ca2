"""What changes the files: one module a journey (`update`, `add`, `rename`, `retire`, `remove`).

Each opens a `Draft`, says what becomes of the texts, and closes it: what comes out must be, value by value, what was
asked, must add no error, must leave every reference where it led; only then is it written.
"""
