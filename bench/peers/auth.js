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

(async () => {
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  let count = 0;
  while (elapsed() < Number(seconds)) {
    await check();
    count += 1;
  }
  console.log(JSON.stringify({ checks: count / elapsed(), lookups: null }));
})();
