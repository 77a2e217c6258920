"""Models that were installed on this machine: verified first, switched by one rename, rolled back."""
