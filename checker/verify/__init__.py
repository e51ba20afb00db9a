"""Verifying: from a state graph and the claims of a document to verdicts with traces."""
