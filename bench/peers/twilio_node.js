// Measures twilio-node: `twilio_node.js BASE SCENARIO IN_FLIGHT CALLS ROUNDS` prints one line of JSON.
"use strict";

const twilio = require("twilio");

const [base, scenario, ...numbers] = process.argv.slice(2);
const [inFlight, calls, rounds] = numbers.map(Number);
const account = "AC00000000000000000000000000000001";
const key = "SK00000000000000000000000000000001";

class Here extends twilio.RequestClient {
  request(options) {
    return super.request({ ...options, uri: options.uri.replace("https://api.twilio.com", base) });
  }
}

const client = twilio(key, "secret", { accountSid: account, httpClient: new Here({ timeout: 600000 }) });

function check(holds) {
  if (!holds) {
    throw new Error("another answer than expected");
  }
}

async function call() {
  if (scenario === "create") {
    const message = { to: "+15558675310", from: "+15017122661", body: "Your code is 123456" };
    check((await client.messages.create(message)).sid);
  } else if (scenario === "fetch") {
    check((await client.messages("SM00000000000000000000000000000001").fetch()).sid);
  } else {
    check((await client.messages.page({ pageSize: 1000 })).instances.length === 1000);
  }
}

async function main() {
  let used = [];
  let latencies = [];
  for (let round = 0; round <= rounds; round++) {
    let left = calls;
    const before = process.cpuUsage();
    const work = async () => {
      while (left > 0) {
        left -= 1;
        const start = process.hrtime.bigint();
        await call();
        latencies.push(Number(process.hrtime.bigint() - start) / 1e9);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, work));
    const { user, system } = process.cpuUsage(before);
    used.push((user + system) / 1e6 / calls);
    if (round === 0) {
      // The first round only warms up.
      used = [];
      latencies = [];
    }
  }
  latencies.sort((a, b) => a - b);
  const part = (percent) => latencies[Math.floor(((latencies.length - 1) * percent) / 100)];
  console.log(JSON.stringify({ cpu: used, p50: part(50), p99: part(99) }));
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
