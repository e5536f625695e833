/** How a throw-away Dovecot checks bearer tokens (XOAUTH2; OAUTHBEARER, RFC 7628): it asks, or reads them itself. */
export type DovecotOauth =
  | {
      /**
       * Where each token is asked about (RFC 7662): Dovecot posts `token`, and wants JSON with `active` true and the
       * account's address. A user name and password in the address are sent as Basic credentials.
       */
      readonly introspectionUrl: string;
      /** The property of the answer that holds the address. Default `username`. */
      readonly usernameAttribute?: string;
    }
  | {
      /** Tokens are JWTs with HS256 under this key, the address as `sub`; header `typ` JWT, no `kid`, no `azp`. */
      readonly hs256Key: string;
    };

/** What Dovecot's sign-in methods need besides dovecot.conf: file contents by path below the server's folder. */
export interface SignInConfiguration {
  /** Lines before the users' own passdb: master users and tokens come first. */
  readonly passdbs: string;
  /** More SASL mechanisms than PLAIN and LOGIN. */
  readonly mechanisms: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Configuration of bearer tokens and master users; with neither, nothing. */
export function signInConfiguration(
  folder: string,
  oauth: DovecotOauth | undefined,
  masterUsers: Readonly<Record<string, string>> | undefined,
): SignInConfiguration {
  const masters = Object.entries(masterUsers ?? {});
  const files: Record<string, string> = {};
  const passdbs: string[] = [];
  if (masters.length > 0) {
    files["master-users"] = masters.map(([name, password]) => `${name}:{PLAIN}${password}\n`).join("");
    // Asked only where the login names somebody else: `address*master`, or PLAIN with an authorization identity. The
    // account itself must exist as well, hence the users' own passdb after it.
    passdbs.push(`
auth_master_user_separator = *
passdb {
  driver = passwd-file
  args = ${folder}/master-users
  master = yes
  result_success = continue
}`);
  }
  if (oauth) {
    files["oauth2.conf.ext"] = oauthFile(folder, oauth);
    if ("hs256Key" in oauth) files["token-keys/default/HS256/default"] = Buffer.from(oauth.hs256Key).toString("base64");
    passdbs.push(`
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${folder}/oauth2.conf.ext
}`);
  }
  return { passdbs: passdbs.join(""), mechanisms: oauth ? " xoauth2 oauthbearer" : "", files };
}

function oauthFile(folder: string, oauth: DovecotOauth): string {
  if ("hs256Key" in oauth)
    return `
introspection_mode = local
local_validation_key_dict = fs:posix:prefix=${folder}/token-keys/
username_attribute = sub
`;
  return `
introspection_mode = post
introspection_url = ${oauth.introspectionUrl}
force_introspection = yes
username_attribute = ${oauth.usernameAttribute ?? "username"}
active_attribute = active
active_value = true
timeout_msecs = 5000
max_parallel_connections = 20
`;
}
