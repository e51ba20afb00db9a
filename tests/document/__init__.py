"""Tests of documents and their language."""
