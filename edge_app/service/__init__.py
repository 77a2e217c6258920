"""Life under systemd: what is told to it, and the unit."""
