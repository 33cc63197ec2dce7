"""Many runs: what is drawn, how it is run, where it is kept."""
