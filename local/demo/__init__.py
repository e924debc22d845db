"""The main job, told step by step while it happens on a stack of its own."""
