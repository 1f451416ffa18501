"""How well programme pages are read: annotated pages and the scorer that compares."""
