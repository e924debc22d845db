"""What the OpenAPI document says besides the declarations: how to sign in, what statuses mean, how refusals look."""

ABOUT = """\
The agenda, the waitlist, the messages and the invoices of one clinic.

**Signing in.** Send an access token of the clinic's Cognito user pool as `Authorization: Bearer ...`. `x-roles` says who may
call what.

**Instants** are sent as RFC 3339 with an offset, and answered in UTC. Those that a calendar shows (`start`, `end`,
`expires_at`, `now`) are answered a second time as `local_...`, with the clinic's offset. A date without a time is local.

**Lists** come in pages: ask for the next one with `cursor`, the `next_cursor` of the page before; null: there is none.

**Edits** name the version that they were decided on: send the `ETag` that was answered as `If-Match`. What creates takes an
`Idempotency-Key`, which makes it harmless to repeat.

**Refusals** are problem documents (RFC 9457): `code` is stable, `remedy` says how to mend the request."""

PATH = {
    "date": "A local date of the clinic, as 2026-03-01.",
    "slot_id": "`agenda.start.end`, both in UTC, as in `agd_1.20260301T090000Z.20260301T093000Z`.",
    "round_id": "`agenda.start.end.n.q`: the `q`-th round of offers of the slot's `n`-th release.",
    "consent": "`group_sms`, `birthday` or `reviews`.",
    "message_id": "`kind.channel.subject.occurrence`, as listed.",
}

GATEWAY = {
    "title": "NotSignedIn",
    "description": "What the gateway answers by itself where a token is missing, expired or not this clinic's.",
    "type": "object",
    "required": ["message"],
    "properties": {"message": {"const": "Unauthorized"}},
}

SAID = {
    401: "There is no valid token: the gateway's own answer. Or it is not an access token of staff: a problem document.",
    403: "Your role does not include this.",
    404: "Either there is no such address, or something that the request names is not there.",
    405: "`Allow` says which it has.",
    409: "`remedy` says what to do instead.",
    412: "Read it again, and decide anew.",
    422: "What was sent is not as expected; `errors` says of each field what and how to mend it.",
    428: "Send `If-Match`.",
    500: "Our fault. Tell us the `instance`.",
    503: "Other changes came between. Repeat the request in a moment.",
}

PROBLEM = {
    "title": "Problem",
    "description": "RFC 9457. `code` is stable; `remedy` and `errors` say how to mend the request.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "remedy", "instance", "errors"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "detail", "code", "remedy", "instance")},
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "problem", "remedy"],
                "properties": {name: {"type": "string"} for name in ("field", "problem", "remedy")},
            },
        },
    },
}

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Repeating the request with the same key and body makes nothing new and answers 201 with what the "
    "first one made, as it is now; the same key with another body is refused (422). Remembered for 90 days.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}
