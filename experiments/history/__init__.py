"""What earlier ways of commissioning are known to have done, beside what the model makes of them."""
