"""Fine-tuning on one's own handwriting."""
