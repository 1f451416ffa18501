"""Figures: how long the stages and the questions take, and how much memory, as the data grows."""
