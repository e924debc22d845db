"""HTTP APIs: the routes in the OpenAPI body that SAM emits, cookies as payload format 2.0 has them, AWS's plain 500."""

import json
from typing import Any

from ministack.services import apigateway, lambda_svc

from local.engine.patching import completes_resource, lean_on, replaces

lean_on(apigateway, "_create_authorizer", "_create_integration", "_create_route", "_update_api")
lean_on(apigateway, "_routes", "_integrations", "_authorizers", "_invoke_lambda_proxy")


def _made(response: tuple[int, Any, bytes]) -> dict[str, Any]:
    if response[0] >= 400:
        raise ValueError(f"AWS::ApiGatewayV2::Api: {response[2]!r}")
    made: dict[str, Any] = json.loads(response[2])
    return made


def _authorizer(api: str, name: str, scheme: dict[str, Any]) -> dict[str, str]:
    """Creates the authorizer and returns what a route says about it."""
    given = scheme.get("x-amazon-apigateway-authorizer") or {}
    source = given.get("identitySource") or []
    is_jwt = given.get("type") == "jwt"
    wanted = {
        "name": name,
        "authorizerType": "JWT" if is_jwt else "REQUEST",
        "identitySource": [part.strip() for part in source.split(",")] if isinstance(source, str) else source,
    }
    if is_jwt:
        wanted["jwtConfiguration"] = given["jwtConfiguration"]
    else:
        wanted |= {
            "authorizerUri": given["authorizerUri"],
            "authorizerPayloadFormatVersion": str(given.get("authorizerPayloadFormatVersion", "2.0")),
            "enableSimpleResponses": given.get("enableSimpleResponses", False),
        }
    made = _made(apigateway._create_authorizer(api, wanted))
    return {"authorizerId": made["authorizerId"], "authorizationType": "JWT" if is_jwt else "CUSTOM"}


def _route(api: str, path: str, method: str, operation: dict[str, Any], authorizers: dict[str, dict[str, str]]) -> None:
    integration = operation["x-amazon-apigateway-integration"]
    made = _made(
        apigateway._create_integration(
            api,
            {
                "integrationType": "AWS_PROXY",
                "integrationMethod": "POST",
                "integrationUri": integration["uri"],
                "payloadFormatVersion": str(integration.get("payloadFormatVersion", "2.0")),
            },
        )
    )
    verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
    route: dict[str, Any] = {
        "routeKey": "$default" if path == "/$default" else f"{verb} {path}",
        "target": f"integrations/{made['integrationId']}",
    }
    for requirement in operation.get("security") or []:
        for name, scopes in requirement.items():
            if name in authorizers:
                route |= authorizers[name] | {"authorizationScopes": scopes or []}
    _made(apigateway._create_route(api, route))


@completes_resource("AWS::ApiGatewayV2::Api")
def _import_body(api: str, _before: dict[str, Any], properties: dict[str, Any]) -> None:
    body = properties.get("Body")
    if not body:
        return
    for store in (apigateway._routes, apigateway._integrations, apigateway._authorizers):
        store[api] = {}
    schemes = (body.get("components") or {}).get("securitySchemes") or {}
    authorizers = {name: _authorizer(api, name, scheme) for name, scheme in schemes.items()}
    if cors := body.get("x-amazon-apigateway-cors"):
        _made(apigateway._update_api(api, {"corsConfiguration": cors}))
    for path, operations in (body.get("paths") or {}).items():
        for method, operation in operations.items():
            if isinstance(operation, dict) and "x-amazon-apigateway-integration" in operation:
                _route(api, path, method, operation, authorizers)


@replaces(lambda_svc, "_execute_function_with_config_scope")
def _with_cookies(original: Any, func: Any, event: Any) -> Any:
    if isinstance(event, dict) and event.get("version") == "2.0" and "http" in (event.get("requestContext") or {}):
        cookie = (event.get("headers") or {}).pop("cookie", None)
        if cookie and not event.get("cookies"):
            event["cookies"] = [part.strip() for part in cookie.split(";") if part.strip()]
    return original(func, event)


@replaces(lambda_svc, "lambda_execute_result_to_api_proxy_response")
def _plain_500(original: Any, result: dict[str, Any]) -> Any:
    if result.get("error") and not result.get("throttle"):
        body = '{"message":"Internal Server Error"}'  # MiniStack shows the caller the exception
        return {"statusCode": 500, "headers": {"Content-Type": "application/json"}, "body": body}, None
    return original(result)
