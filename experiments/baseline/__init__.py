"""The baseline against England: ten years, targets, and who ends."""
