"""Rules for ballots on which voters give points: cumulative, score, STAR."""
