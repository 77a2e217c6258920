"""The proof: what was converted gives what its parent gave."""
