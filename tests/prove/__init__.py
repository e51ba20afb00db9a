"""Tests of proofs for networks without bounds."""
