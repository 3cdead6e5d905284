"use strict";

const server = document.querySelector("meta[name=token-server]").content;
const element = (id) => document.getElementById(id);
let ticking;

/** The claims of a token. The page shows them; only who knows the secret can check them. */
function claims(token) {
  const text = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(text), (character) => character.codePointAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

function showError(message) {
  element("error").textContent = message;
  element("error").hidden = false;
  element("token").hidden = true;
  clearInterval(ticking);
}

function showClaims({ grants, iss, sub, exp }) {
  const { identity, ...others } = grants;
  element("identity").textContent = identity;
  element("grants").textContent = JSON.stringify(others, null, 2);
  element("key").textContent = iss;
  element("account").textContent = sub;
  const tick = () => {
    const left = Math.max(0, Math.ceil(exp - Date.now() / 1000));
    element("life").textContent = String(left);
    if (left === 0) {
      showError("The token has expired.");
    }
  };
  element("error").hidden = true;
  element("token").hidden = false;
  clearInterval(ticking);
  ticking = setInterval(tick, 250);
  tick();
}

function reason(response, said) {
  if (response.status === 429) {
    return `Too many attempts; try again in ${response.headers.get("Retry-After")} s.`;
  }
  return `No token (${response.status}): ${said.error}.`;
}

async function ask(username, password) {
  let response;
  try {
    response = await fetch(server, {
      method: "POST",
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ username, password }),
    });
  } catch {
    // The browser does not tell a page whether the server is down or refuses the page's origin.
    showError("The token server cannot be asked from this page.");
    return;
  }
  const said = await response.json();
  if (response.ok) {
    // An app hands said.token to Twilio's client library here.
    showClaims(claims(said.token));
  } else {
    showError(reason(response, said));
  }
}

element("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const password = element("password");
  element("ask").disabled = true;
  try {
    await ask(element("username").value, password.value);
  } catch {
    showError("The token server gave an answer that cannot be read.");
  } finally {
    password.value = "";
    element("ask").disabled = false;
  }
});
