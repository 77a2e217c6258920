"""The networks: their contracts, files, runtimes, and what they answer."""
