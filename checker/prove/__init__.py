"""Proofs for networks without bounds: any capacity, any loss, any reordering, any duplication."""
