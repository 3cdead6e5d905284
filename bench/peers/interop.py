"""Verifies what the SDK signed, and signs what it is to verify, with twilio-python: `interop.py verify|make|bench`."""

import json
import sys
import time
from collections import Counter

from twilio.jwt.access_token import AccessToken, grants
from twilio.jwt.client import ClientCapabilityToken
from twilio.jwt.taskrouter.capabilities import WorkerCapabilityToken
from twilio.jwt.validation import ClientValidationJwt
from twilio.request_validator import RequestValidator

ACCOUNT = "AC00000000000000000000000000000001"
KEY = "SK00000000000000000000000000000002"
SECRET = "0123456789abcdef0123456789abcdef"
PLAYER = {"requestCredentials": None, "playbackUrl": "https://example.com", "n": [1, "x"]}


class Form:
    """A form as Django has it: several values for a name."""

    def __init__(self, params):
        self.params = params

    def __iter__(self):
        return iter([name for name, _ in self.params])

    def __len__(self):
        return len(self.params)

    def getlist(self, name):
        return [value for known, value in self.params if known == name]


class Request:
    """What ClientValidationJwt is told of a request."""

    def __init__(self, query, body):
        self.method = "POST"
        self.path = "/2010-04-01/Accounts.json"
        self.query_string = query
        self.signed_headers = ["authorization", "host"]
        self.all_headers = {"authorization": "Basic x", "host": "api.twilio.com"}
        self.body = body


def validation_hash(query, body):
    token = ClientValidationJwt(ACCOUNT, KEY, "CR1", "unused", Request(query, body))
    return token.payload["rqh"]


def verify_one(case):
    kind = case["kind"]
    if kind == "access":
        token = AccessToken.from_jwt(case["token"], key=case["secret"])
        return token.payload == case["payload"]
    if kind == "plain":
        token = ClientCapabilityToken.from_jwt(case["token"], key=case["secret"])
        return token.payload == case["payload"]
    if kind in ("form", "form256"):
        algorithm = "HMAC_SHA256" if kind == "form256" else None
        validator = RequestValidator(case["secret"])
        return validator.validate(case["url"], Form(case["params"]), case["signature"], algorithm)
    if kind == "body":
        return RequestValidator(case["secret"]).validate(case["url"], case["body"], case["signature"])
    if kind == "validation":
        return validation_hash(case["query"], case["body"]) == case["hash"]
    raise ValueError(kind)


def verify():
    counts = Counter()
    for line in sys.stdin:
        case = json.loads(line)
        if not verify_one(case):
            sys.exit(f"twilio-python does not accept {line}")
        counts[case["kind"]] += 1
    print(json.dumps(counts))


def all_grants():
    return [
        grants.VoiceGrant(
            incoming_allow=True,
            outgoing_application_sid="AP1",
            outgoing_application_params={"team": "blue"},
            push_credential_sid="CR1",
            endpoint_id="e",
        ),
        grants.VideoGrant(room="My Room"),
        grants.ChatGrant(
            service_sid="IS1", endpoint_id="e", deployment_role_sid="RL1", push_credential_sid="CR1"
        ),
        grants.SyncGrant(service_sid="IS1", endpoint_id="e"),
        grants.TaskRouterGrant(workspace_sid="WS1", worker_sid="WK1", role="worker"),
        grants.PlaybackGrant(grant=PLAYER),
    ]


def access(some):
    token = AccessToken(ACCOUNT, KEY, SECRET, grants=some, identity="susan")
    return {"kind": "access", "token": token.to_jwt(), "grants": len(some)}


REQUESTS = [
    ("https://example.com/sms", [["From", "+1"], ["Body", "Hi é ☎ 🙂 & = +"]]),
    ("https://example.com/sms?a=1&b=%20x", [["A", "1"], ["A", "2"], ["A", "1"]]),
    ("https://example.com:8443/sms", [["Empty", ""]]),
    ("https://user:pass@example.com/sms?name=O'Brien", []),
]


def make():
    lines = [access([grant]) for grant in all_grants()] + [access(all_grants()), access([])]
    client = ClientCapabilityToken(ACCOUNT, SECRET)
    client.allow_client_outgoing("AP1", a="1&", b="2 3")
    client.allow_client_incoming("andy")
    lines.append({"kind": "client", "token": client.to_jwt()})
    worker = WorkerCapabilityToken(ACCOUNT, SECRET, "WS1", "WK1", allow_update_activities=True)
    lines.append({"kind": "worker", "token": worker.to_jwt()})
    validator = RequestValidator(SECRET)
    for url, params in REQUESTS:
        for kind, algorithm in (("form", None), ("form256", "HMAC_SHA256")):
            signature = validator.compute_signature(url, Form(params), algorithm)
            lines.append({"kind": kind, "url": url, "params": params, "signature": signature})
    body = '{"text":"é"}'
    url = "https://example.com/events?bodySHA256=" + validator.compute_hash(body)
    lines.append({"kind": "body", "url": url, "body": body, "signature": validator.compute_signature(url, {})})
    for query, body in (("PageSize=5&Limit=10", ""), ("", "To=%2B1&Body=Hi")):
        lines.append({"kind": "validation", "query": query, "body": body, "hash": validation_hash(query, body)})
    for line in lines:
        print(json.dumps(line))


def rate(seconds, once):
    started, times = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        for _ in range(64):
            once()
        times += 64
    return times / (time.perf_counter() - started)


def bench(seconds, params):
    def token():
        made = AccessToken(ACCOUNT, KEY, SECRET, identity="susan")
        made.add_grant(grants.VideoGrant(room="My Room"))
        made.to_jwt()

    validator = RequestValidator(SECRET)
    url = "https://example.com/sms"
    signature = validator.compute_signature(url, params)

    def webhook():
        assert validator.validate(url, params, signature)

    print(json.dumps({"tokens": rate(seconds, token), "webhooks": rate(seconds, webhook)}))


if sys.argv[1] == "verify":
    verify()
elif sys.argv[1] == "make":
    make()
else:
    bench(float(sys.argv[2]), json.loads(sys.argv[3]))
