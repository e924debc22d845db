"""What an email says, before it is put into MIME."""

from creneau.shared.model import Value


class Rendered(Value, frozen=True, kw_only=True):
    language: str
    subject: str
    text: str
    html: str
