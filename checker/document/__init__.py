"""Reading: Markdown tables and the expressions in their cells become a ``Protocol``."""
