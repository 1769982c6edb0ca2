"""Record → text. These modules return text; they never print."""
