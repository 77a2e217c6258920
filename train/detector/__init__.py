"""Training of the digit detector: patches of drawn pages, the network, its targets and losses."""
