"""How a local program gets a member of staff's access token, as a frontend does from Cognito."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from local.engine.client import Engine


class SignInError(Exception):
    """Wrong name or password."""


def sign_in(engine: Engine, stack: Mapping[str, Any], user: str, password: str) -> str:
    """An access token, good for ten minutes of the engine's clock."""
    try:
        answer = engine.client("cognito-idp").admin_initiate_auth(
            UserPoolId=stack["outputs"]["StaffPoolId"],
            ClientId=stack["outputs"]["StaffClientId"],
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": user, "PASSWORD": password},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NotAuthorizedException", "UserNotFoundException"):
            raise SignInError("user, password: nobody signs in with these; see the start page for who does") from error
        raise
    return str(answer["AuthenticationResult"]["AccessToken"])
