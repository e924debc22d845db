"""Which language a page is asked for: one of the four by `?lang=`, else whoever reads decides."""

from api.gateway import Request
from creneau.shared.settings import LANGUAGES


def language_asked(request: Request) -> str | None:
    asked = request.query.get("lang")
    return asked if asked in LANGUAGES else None
