"""Coverage-guided fuzzing of every reader: not part of ./test; what it finds is kept in tests/hostile/cases."""
