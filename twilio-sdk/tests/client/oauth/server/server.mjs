// A certified OAuth server with clients for the tests, and an API that takes its tokens.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.argv[2] + '/');
const { Provider } = await import(pathToFileURL(require.resolve('oidc-provider')).href);

const server = createServer();
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const issuer = `http://127.0.0.1:${server.address().port}`;
const machine = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] };
const provider = new Provider(issuer, {
  clients: [
    { ...machine, client_id: 'machine', client_secret: 's3cret:%&= +x', scope: 'read' },
    { ...machine, client_id: 'poster', client_secret: 's3cret:%&= +x', token_endpoint_auth_method: 'client_secret_post' },
    {
      client_id: 'app',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: ['http://127.0.0.1/back'],
    },
    {
      client_id: 'tv',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      response_types: [],
      redirect_uris: [],
    },
  ],
  scopes: ['openid', 'offline_access', 'read'],
  features: {
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    devInteractions: { enabled: false },
  },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: async () => true,
  findAccount: async (_, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
  interactions: { url: (_, interaction) => `/login/${interaction.uid}` },
  cookies: { keys: ['only for tests'] },
  ttl: { ClientCredentials: 600, AccessToken: 600, DeviceCode: 60, RefreshToken: 3600 },
});

async function grant(clientId) {
  const made = new provider.Grant({ accountId: 'alice', clientId });
  made.addOIDCScope('openid offline_access read');
  return made.save();
}

async function own(req, res) {
  const url = new URL(req.url, issuer);
  if (url.pathname.startsWith('/login/')) {
    const { params } = await provider.interactionDetails(req, res);
    const consent = { grantId: await grant(params.client_id) };
    return provider.interactionFinished(req, res, { login: { accountId: 'alice' }, consent });
  }
  if (url.pathname === '/decide') {
    const code = await provider.DeviceCode.findByUserCode(url.searchParams.get('user_code').replace(/-/g, ''));
    if (url.searchParams.has('deny')) Object.assign(code, { error: 'access_denied' });
    else
      Object.assign(code, {
        accountId: 'alice',
        grantId: await grant(code.clientId),
        scope: 'openid offline_access read',
        authTime: Math.floor(Date.now() / 1000),
        claims: {},
      });
    await code.save();
    return res.end();
  }
  const token = (req.headers.authorization ?? '').replace(/^Bearer /, '');
  const found = (await provider.AccessToken.find(token)) ?? (await provider.ClientCredentials.find(token));
  if (url.pathname === '/revoke-token') {
    await found.destroy();
    return res.end();
  }
  res.setHeader('Content-Type', 'application/json');
  res.statusCode = found ? 200 : 401;
  return res.end(found ? JSON.stringify({ sid: found.accountId ?? found.clientId }) : '{"code":20003}');
}

const callback = provider.callback();
server.on('request', (req, res) => {
  const mine = /^\/(login|decide|revoke-token|2010-04-01)\b/.test(req.url);
  if (!mine) return callback(req, res);
  own(req, res).catch((error) => {
    res.statusCode = 500;
    res.end(String(error));
  });
});
console.log(`listening ${issuer}`);
// Ends with the test, however that ends.
process.stdin.on('end', () => process.exit()).resume();
