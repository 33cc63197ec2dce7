"""The survey of doctors: its free numbers fitted, its other shares predicted."""
