/** An account, what its mailbox does, and what a test of it must say. */
export interface PrecheckCase {
  readonly what: string;
  /** What differs from an enabled account with a licence and a mailbox; `null`: there is none. */
  readonly account: Partial<{
    enabled: boolean;
    licensed: boolean;
    synchronised: boolean;
    purpose: string;
    served: boolean;
  }> | null;
  /** What the tenant's administrator has consented to; everything unless given. */
  readonly permissions?: readonly string[];
  /** Whether the token names its permissions; it does unless `false`. */
  readonly readable?: false;
  /** The access policy leaves the mailbox out. */
  readonly outside?: true;
  /** What receiving and sending fail with; `null`: they pass. */
  readonly read: string | null;
  readonly send: string | null;
  /** In the steps or in the evidence of the failure. */
  readonly says: RegExp;
}

const both = (code: string | null) => ({ read: code, send: code });
const notServed = { served: false };
const mail = ["Mail.ReadWrite", "Mail.Send"];

export const precheckCases: readonly PrecheckCase[] = [
  {
    what: "a person's mailbox",
    account: {},
    ...both(null),
    says: /kind user, the account is enabled, it has a licence/,
  },
  {
    what: "a shared mailbox, whose account is disabled and has no licence",
    account: { enabled: false, licensed: false, purpose: "shared" },
    ...both(null),
    says: /kind shared, the account is disabled, it has no licence/,
  },
  {
    what: "a room",
    account: { enabled: false, licensed: false, purpose: "room" },
    ...both(null),
    says: /kind room/,
  },
  {
    what: "a person whose sign-in is blocked, and whose mailbox is served all the same",
    account: { enabled: false },
    ...both(null),
    says: /the account is disabled, it has a licence/,
  },
  {
    what: "a shared mailbox, where the application may not ask what it is for",
    account: { enabled: false, licensed: false, purpose: "shared" },
    permissions: [...mail, "User.Read.All"],
    ...both(null),
    says: /^the account is disabled, it has no licence/m,
  },
  {
    what: "a mailbox, where the application may not read the directory",
    account: {},
    permissions: mail,
    ...both(null),
    says: /may not read the directory; with User\.Read\.All/,
  },
  { what: "no account", account: null, ...both("MAILBOX_NOT_FOUND"), says: /has no account of this name/ },
  {
    what: "a disabled account without a mailbox",
    account: { enabled: false, ...notServed },
    ...both("ACCOUNT_DISABLED"),
    says: /MailboxNotEnabledForRESTAPI.*; the directory says: the account is disabled/,
  },
  {
    what: "a disabled account without a licence",
    account: { enabled: false, licensed: false, ...notServed },
    ...both("ACCOUNT_DISABLED"),
    says: /the directory says: the account is disabled, it has no licence/,
  },
  {
    what: "an account without a licence",
    account: { licensed: false, ...notServed },
    ...both("LICENCE_MISSING"),
    says: /the directory says: the account is enabled, it has no licence/,
  },
  {
    what: "a soft-deleted mailbox",
    account: notServed,
    ...both("MAILBOX_NOT_ONLINE"),
    says: /inactive, soft-deleted, or is hosted on-premise.*; the directory says: .*it has a licence/,
  },
  {
    what: "a mailbox that is on-premises, of an account that is synchronised",
    account: { synchronised: true, ...notServed },
    ...both("MAILBOX_NOT_ONLINE"),
    says: /it is synchronised from a directory on-premises/,
  },
  {
    what: "a mailbox that is not served, where the application may not read the directory",
    account: notServed,
    permissions: mail,
    ...both("MAILBOX_NOT_ONLINE"),
    says: /with User\.Read\.All a refusal could be explained/,
  },
  {
    what: "nobody of the tenant has approved anything",
    account: {},
    permissions: [],
    ...both("TENANT_APPROVAL_MISSING"),
    says: /nobody has consented to Mail\.(Read or Mail\.ReadWrite|Send) in Entra/,
  },
  {
    what: "only receiving was approved",
    account: {},
    permissions: ["Mail.Read"],
    read: null,
    send: "TENANT_APPROVAL_MISSING",
    says: /consented to/,
  },
  {
    what: "only sending was approved",
    account: {},
    permissions: ["Mail.Send"],
    read: "TENANT_APPROVAL_MISSING",
    send: null,
    says: /consented to/,
  },
  {
    what: "approved, and outside the access policy",
    account: {},
    permissions: mail,
    outside: true,
    ...both("MAILBOX_OUT_OF_SCOPE"),
    says: /the tenant's administrator has consented to Mail\.(ReadWrite|Send)/,
  },
  {
    what: "denied, by a token that does not say what was approved",
    account: {},
    permissions: [],
    readable: false,
    ...both("MAILBOX_OUT_OF_SCOPE"),
    says: /the token does not say what the tenant's administrator approved/,
  },
];
