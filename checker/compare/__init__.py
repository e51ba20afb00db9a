"""What differs between two documents: in their rows, in what can happen, and in verdicts."""
