"""What the model holds, in words: `commissim describe`."""
