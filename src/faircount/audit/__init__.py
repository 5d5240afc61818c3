"""Room, not yet furnished: a round: assertions × sample × risk → decision."""
