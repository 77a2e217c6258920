"""Fitting of belief: how likely a digit of a page is one, from what all networks say."""
