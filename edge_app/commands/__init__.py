"""The commands of `python -m edge_app`: flags here, what they do in the modules that they call when chosen."""
