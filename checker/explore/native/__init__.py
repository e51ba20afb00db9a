"""The native engine: the reference's graph, number for number, by compiled kernels."""
