"""What a solver (z3) proves of a document's expressions, over all 32-bit numbers.

z3 takes long to load: import the modules of this package only where they are needed.
"""
