"""What audit tools publish: Arlo, Colorado, Georgia."""
