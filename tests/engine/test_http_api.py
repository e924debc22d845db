"""HTTP APIs as SAM declares them: routes with {proxy+}, the JWT authorizer, cookies, errors."""

import json
import urllib.error
import urllib.request

import pytest

PASSWORD = "Correct-horse-1"


def ask(app, path, method="GET", **headers):
    url = app.engine.api_url(app.out["Api"]) + path
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method, headers=headers), timeout=30) as answer:
            return answer.status, answer.headers, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, json.loads(error.read())


@pytest.fixture(scope="module")
def token(app):
    users, pool = app.client("cognito-idp"), app.out["Users"]
    users.admin_create_user(UserPoolId=pool, Username="reception", MessageAction="SUPPRESS")
    users.admin_set_user_password(UserPoolId=pool, Username="reception", Password=PASSWORD, Permanent=True)
    users.create_group(UserPoolId=pool, GroupName="staff")
    users.admin_add_user_to_group(UserPoolId=pool, Username="reception", GroupName="staff")
    signed_in = users.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=app.out["UsersClient"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "reception", "PASSWORD": PASSWORD},
    )
    return signed_in["AuthenticationResult"]["AccessToken"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_any_method_and_any_path_below_the_route(app, method):
    status, _, seen = ask(app, "/open/slots/42", method)
    assert status == 200
    assert (seen["method"], seen["route"]) == (method, "ANY /open/{proxy+}")
    assert seen["parameters"] == {"proxy": "slots/42"}
    assert seen["path"] == "/open/slots/42"


def test_unknown_path(app):
    assert ask(app, "/elsewhere")[::2] == (404, {"message": "Not Found"})


def test_cookies_come_and_go_as_a_list(app):
    _, headers, seen = ask(app, "/open/x", Cookie="nonce=1; lang=fr")
    assert seen["cookies"] == ["nonce=1", "lang=fr"]
    assert seen["cookie_header"] is None
    assert headers.get_all("Set-Cookie") == ["a=1; Path=/", "b=2"]


def test_an_unhandled_error_tells_the_caller_nothing(app):
    assert ask(app, "/open/boom")[::2] == (500, {"message": "Internal Server Error"})


def test_only_a_valid_token_passes_the_authorizer(app, token):
    assert ask(app, "/v1/slots")[0] == 401
    assert ask(app, "/v1/slots", Authorization=f"Bearer {token[:-3]}abc")[0] == 401
    status, _, seen = ask(app, "/v1/slots", Authorization=f"Bearer {token}")
    assert (status, seen["groups"]) == (200, "[staff]")


def test_a_host_name_reaches_the_api_at_its_root(app):
    request = urllib.request.Request(
        app.engine.url + "/open/x", headers={"Host": f"{app.out['Api']}.execute-api.localhost"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert json.loads(answer.read())["path"] == "/open/x"
