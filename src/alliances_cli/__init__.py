"""Keep a public roadmap in git: check it, show it, update it, publish its bilan."""

__version__ = "0.1.0"
