"""An audit: what is committed, drawn, entered and decided, as a fold over acts; and plans of what it takes."""
