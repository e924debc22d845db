"""What runs on a laptop and never on AWS."""
