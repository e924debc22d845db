"""Créneau: what a clinic's agenda, waitlist, messages and bills do by themselves."""
