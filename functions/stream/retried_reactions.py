"""Reactions that failed once, each tried again by itself."""

from creneau.entry import queue
from creneau.reactions import Reaction, react
from creneau.wiring import App


@queue(Reaction)
def handler(reaction: Reaction, app: App) -> None:
    react(app, reaction)
