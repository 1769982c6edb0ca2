"""What git had of a roadmap: which commit a revision names, the roadmap as it was there, the line of its moments.

It reads; nothing here writes, or knows what is shown of it.
"""
