"""Who is signed in: the roles of an access token, and whose agenda a practitioner's is (P-01)."""

import re
from collections.abc import Mapping
from typing import Any

from api.errors import Unauthorized
from creneau.shared.actor import Actor, Role
from creneau.wiring import App


def actor_of(claims: Mapping[str, Any], app: App) -> Actor:
    """The signature, issuer and expiry were checked by the gateway; it takes id tokens too, we don't."""
    subject = claims.get("sub")
    is_ours = claims.get("token_use") == "access" and claims.get("client_id") == app.environment["STAFF_CLIENT_ID"]
    if not subject or not is_ours:
        raise Unauthorized(
            "an access token of this clinic's staff is needed",
            code="access_token_required",
            remedy="sign in, and send the access token, not the id token",
        )
    roles = roles_of(claims.get("cognito:groups"))
    own = app.practitioner_of_user(str(subject)) if Role.PRACTITIONER in roles else None
    return Actor(id=str(subject), roles=roles, practitioner_id=own)


def roles_of(groups: Any) -> tuple[Role, ...]:
    """The gateway hands a list over as the text `[admin secretary]`. Groups that are no roles give no right."""
    names = groups if isinstance(groups, list) else re.split(r"[\s,]+", str(groups or "").strip("[]"))
    return tuple(role for role in Role if role.value in names)
