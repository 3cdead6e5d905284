// Checks a password with basic-auth and argon2: `auth.js SECONDS HASH PORT|-`.
"use strict";

const argon2 = require("argon2");
const basicAuth = require("basic-auth");

const [seconds, hash] = process.argv.slice(2);
const authorization = "Basic " + Buffer.from("ldclakmal:ldclakmal@123").toString("base64");

async function check() {
  const { name, pass } = basicAuth({ headers: { authorization } });
  if (name !== "ldclakmal" || !(await argon2.verify(hash, pass))) throw new Error("the user is not recognized");
}

const ROUNDS = 10;

(async () => {
  const checks = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    const elapsed = () => (performance.now() - started) / 1000;
    let count = 0;
    while (elapsed() < Number(seconds) / ROUNDS) {
      await check();
      count += 1;
    }
    checks.push(count / elapsed());
  }
  console.log(JSON.stringify({ checks }));
})();
