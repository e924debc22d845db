"""A small clinic with a month ahead of it, entered over the staff API like any clinic's own data."""
