"""What runs notebooks, and what leads to them."""
