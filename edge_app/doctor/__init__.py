"""`python -m edge_app doctor`: what works on this machine, what does not, and how it is fixed."""
