"""The folder that every Lambda worker has on its PYTHONPATH."""
