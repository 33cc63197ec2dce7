"""What finished runs say: pure functions of results."""
