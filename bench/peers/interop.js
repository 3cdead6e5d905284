// Verifies what the SDK signed, and signs what it is to verify, with twilio-node: `interop.js verify|make|bench`.

const crypto = require("crypto");
const readline = require("readline");
const twilio = require("twilio");
const { getExpectedTwilioSignature } = require("twilio/lib/webhooks/webhooks");
// The library's own JWT dependency, with which its tokens are verified.
const jsonwebtoken = require("jsonwebtoken");

const { AccessToken } = twilio.jwt;
const ACCOUNT = "AC00000000000000000000000000000001";
const KEY = "SK00000000000000000000000000000002";
const SECRET = "0123456789abcdef0123456789abcdef";
const PLAYER = { requestCredentials: null, playbackUrl: "https://example.com", n: [1, "x"] };

/** The values of each name, several as a list: a form as Express has it. */
function form(params) {
  const names = {};
  for (const [name, value] of params) {
    if (!(name in names)) names[name] = value;
    else names[name] = [].concat(names[name], value);
  }
  return names;
}

function same(a, b) {
  const ordered = (value) => {
    if (Array.isArray(value)) return value.map(ordered);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.keys(value).sort().map((name) => [name, ordered(value[name])]));
  };
  return JSON.stringify(ordered(a)) === JSON.stringify(ordered(b));
}

function verifyOne(one) {
  switch (one.kind) {
    case "access":
    case "plain":
      return same(jsonwebtoken.verify(one.token, one.secret, { algorithms: ["HS256"] }), one.payload);
    case "form":
      return twilio.validateRequest(one.secret, one.signature, one.url, form(one.params));
    case "body":
      return twilio.validateRequestWithBody(one.secret, one.signature, one.url, one.body);
    default:
      // The library signs with HMAC-SHA1 only, and hashes no request that it does not send itself.
      return undefined;
  }
}

async function verify() {
  const counts = {};
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const one = JSON.parse(line);
    const good = verifyOne(one);
    if (good === undefined) continue;
    if (!good) throw new Error(`twilio-node does not accept ${line}`);
    counts[one.kind] = (counts[one.kind] || 0) + 1;
  }
  console.log(JSON.stringify(counts));
}

function allGrants() {
  return [
    new AccessToken.VoiceGrant({
      incomingAllow: true,
      outgoingApplicationSid: "AP1",
      outgoingApplicationParams: { team: "blue" },
      pushCredentialSid: "CR1",
      endpointId: "e",
    }),
    new AccessToken.VideoGrant({ room: "My Room" }),
    new AccessToken.ChatGrant({
      serviceSid: "IS1",
      endpointId: "e",
      deploymentRoleSid: "RL1",
      pushCredentialSid: "CR1",
    }),
    new AccessToken.SyncGrant({ serviceSid: "IS1", endpointId: "e" }),
    new AccessToken.TaskRouterGrant({ workspaceSid: "WS1", workerSid: "WK1", role: "worker" }),
    new AccessToken.PlaybackGrant({ grant: PLAYER }),
  ];
}

function access(grants) {
  const token = new AccessToken(ACCOUNT, KEY, SECRET, { identity: "susan" });
  grants.forEach((grant) => token.addGrant(grant));
  return { kind: "access", token: token.toJwt(), grants: grants.length };
}

const REQUESTS = [
  ["https://example.com/sms", [["From", "+1"], ["Body", "Hi é ☎ 🙂 & = +"]]],
  ["https://example.com/sms?a=1&b=%20x", [["A", "1"], ["A", "2"], ["A", "1"]]],
  ["https://example.com:8443/sms", [["Empty", ""]]],
  ["https://user:pass@example.com/sms?name=O'Brien", []],
];

function make() {
  const lines = allGrants().map((grant) => access([grant]));
  lines.push(access(allGrants()), access([]));
  for (const [url, params] of REQUESTS) {
    const signature = getExpectedTwilioSignature(SECRET, url, form(params));
    lines.push({ kind: "form", url, params, signature });
  }
  const body = '{"text":"é"}';
  const hash = crypto.createHash("sha256").update(body).digest("hex");
  const url = `https://example.com/events?bodySHA256=${hash}`;
  const signature = getExpectedTwilioSignature(SECRET, url, {});
  lines.push({ kind: "body", url, body, signature });
  lines.forEach((line) => console.log(JSON.stringify(line)));
}

function rate(seconds, once) {
  const started = process.hrtime.bigint();
  const elapsed = () => Number(process.hrtime.bigint() - started) / 1e9;
  let times = 0;
  while (elapsed() < seconds) {
    for (let n = 0; n < 64; n += 1) once();
    times += 64;
  }
  return times / elapsed();
}

function bench(seconds, params) {
  const tokens = rate(seconds, () => {
    const token = new AccessToken(ACCOUNT, KEY, SECRET, { identity: "susan" });
    token.addGrant(new AccessToken.VideoGrant({ room: "My Room" }));
    token.toJwt();
  });
  const url = "https://example.com/sms";
  const signature = getExpectedTwilioSignature(SECRET, url, params);
  const webhooks = rate(seconds, () => {
    if (!twilio.validateRequest(SECRET, signature, url, params)) throw new Error("not accepted");
  });
  console.log(JSON.stringify({ tokens, webhooks }));
}

const [task, seconds, params] = process.argv.slice(2);
if (task === "verify") verify();
else if (task === "make") make();
else bench(Number(seconds), JSON.parse(params));
