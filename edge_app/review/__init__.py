"""What was read with doubt, looked through by a person; what he says is kept beside the result, never over it."""
