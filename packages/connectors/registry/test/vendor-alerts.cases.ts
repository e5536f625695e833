import type { FailureCode, failureCodes } from "@mailfleet/contracts";
import type { EwsDouble, GraphDouble } from "@mailfleet/local/doubles";

type Meaning = (typeof failureCodes)[FailureCode];

/** The counterparts of a case. */
export interface Counterparts {
  readonly exchange: EwsDouble;
  /** The same by https, with a certificate of an authority that nobody trusts. */
  readonly untrusted: EwsDouble;
  /** Refuses every handshake. */
  readonly withoutTls: { readonly port: number };
  readonly graph: GraphDouble;
}

/** A cause of an alert of Dynamics 365 or Exchange, and what a test of Mailfleet says of it. */
export interface VendorAlertCase {
  readonly vendor: string;
  readonly cause: string;
  readonly by: "graph" | "exchange" | "untrusted" | "withoutTls";
  readonly direction: "inbound" | "outbound" | "act";
  /** Makes it so. `address`: of the mailbox, which exists. */
  readonly given?: (counterparts: Counterparts, address: string) => void;
  /** The address that is tested instead. */
  readonly address?: string;
  readonly token?: "unknown";
  readonly password?: "wrong";
  readonly access?: "own";
  readonly server?: { readonly path: string } | "looked-up";
  readonly code: FailureCode;
  readonly severity: Meaning["severity"];
  readonly audience: Meaning["audience"];
}

const notServed =
  (account: { enabled?: boolean; licensed?: boolean }): VendorAlertCase["given"] =>
  ({ graph }, address) =>
    Object.assign(graph.addMailbox(address).account, { served: false, ...account });
const nothingApproved: VendorAlertCase["given"] = ({ graph }) => graph.limitPermissions([]);
type Code = Parameters<EwsDouble["failNext"]>[0]["code"];
/** From the reading of the inbox, or the sending, on. */
const says =
  (code: Code, path: string, more: object = {}): VendorAlertCase["given"] =>
  ({ exchange }) =>
    exchange.failNext({ path, ...(code && { code }), ...more });
const received = "GetFolder";
const sent = "CreateItem";

const graph = (vendor: string, direction: VendorAlertCase["direction"]) =>
  ({ vendor, by: "graph", direction }) as const;
const ews = (vendor: string, direction: VendorAlertCase["direction"]) =>
  ({ vendor, by: "exchange", direction }) as const;
const profileError = { severity: "error", audience: "profile" } as const;
const mailboxError = { severity: "error", audience: "mailbox" } as const;
const profileWarning = { severity: "warning", audience: "profile" } as const;
const mailboxWarning = { severity: "warning", audience: "mailbox" } as const;

export const vendorAlertCases: readonly VendorAlertCase[] = [
  {
    ...graph("IncomingEmailS2SApprovalNeeded", "inbound"),
    ...{ cause: "the tenant's administrator has not consented", given: nothingApproved },
    ...{ code: "TENANT_APPROVAL_MISSING", ...profileError },
  },
  {
    ...graph("OutgoingEmailS2SApprovalNeeded", "outbound"),
    ...{ cause: "the tenant's administrator has not consented", given: nothingApproved },
    ...{ code: "TENANT_APPROVAL_MISSING", ...profileError },
  },
  {
    ...graph("ExchangeSyncEmailS2SApprovalNeeded", "act"),
    ...{ cause: "the tenant's administrator has not consented", given: nothingApproved },
    ...{ code: "ITEMS_NOT_ACCESSIBLE", ...mailboxError },
  },
  ...(["inbound", "outbound"] as const).map(
    (direction): VendorAlertCase => ({
      ...ews(
        direction === "inbound" ? "InvalidIncomingMailboxEmailAddress" : "InvalidOutgoingMailboxEmailAddress",
        direction,
      ),
      ...{ cause: "Exchange takes the address for none", given: says("ErrorInvalidSmtpAddress", received) },
      ...{ code: "MAILBOX_NOT_FOUND", ...mailboxError },
    }),
  ),
  {
    ...ews("ErrorNonExistentMailbox", "inbound"),
    ...{ cause: "no mailbox has this address", address: "nobody@example.org" },
    ...{ code: "MAILBOX_NOT_FOUND", ...mailboxError },
  },
  {
    ...ews("ErrorInvalidOperation", "inbound"),
    ...{ cause: "Exchange refuses the access", given: says("ErrorInvalidOperation", received) },
    ...{ code: "ACCESS_DENIED", ...mailboxError },
  },
  ...(["inbound", "outbound"] as const).map(
    (direction): VendorAlertCase => ({
      ...ews("mailbox location not determined", direction),
      ...{ cause: "autodiscover knows nothing", server: "looked-up", code: "AUTODISCOVER_FAILED", ...profileError },
      given: ({ exchange }, address) => exchange.discover(address, { kind: "unknown" }),
    }),
  ),
  {
    ...ews("401 Unauthorized", "inbound"),
    ...{ cause: "a wrong password of the mailbox", password: "wrong", access: "own" },
    ...{ code: "AUTHENTICATION_REJECTED", ...mailboxError },
  },
  {
    ...ews("401 Unauthorized", "inbound"),
    ...{ cause: "a wrong password of the profile", password: "wrong" },
    ...{ code: "AUTHENTICATION_REJECTED", ...mailboxError },
  },
  {
    ...ews("403 Forbidden", "inbound"),
    ...{ cause: "the server refuses", given: says(undefined, received, { status: 403, body: "Forbidden" }) },
    ...{ code: "ACCESS_DENIED", ...mailboxError },
  },
  {
    ...ews("404 NotFound", "inbound"),
    ...{ cause: "a wrong address of the API", server: { path: "/nothing" } },
    ...{ code: "NOT_THIS_PROTOCOL", ...profileError },
  },
  {
    ...ews("503 ServiceUnavailable", "inbound"),
    ...{ cause: "the server is busy", given: says(undefined, received, { status: 503, body: "Service Unavailable" }) },
    ...{ code: "SERVER_UNAVAILABLE", ...profileWarning },
  },
  {
    ...{ vendor: "SecureChannelFailure", by: "withoutTls", direction: "inbound" },
    ...{ cause: "no common version or cipher", code: "TLS_HANDSHAKE_FAILED", ...profileError },
  },
  {
    ...{ vendor: "TrustFailure", by: "untrusted", direction: "act" },
    ...{ cause: "a certificate that nobody trusts", code: "TLS_CERTIFICATE_UNTRUSTED", ...profileError },
  },
  {
    ...ews("SendFailure", "outbound"),
    ...{ cause: "the connection breaks", given: says(undefined, sent, { cutOff: true }) },
    ...{ code: "CONNECTION_LOST", ...profileWarning },
  },
  {
    ...ews("GeneralOutgoingEmailServerError", "outbound"),
    ...{ cause: "Exchange fails", given: says("ErrorInternalServerError", sent) },
    ...{ code: "SERVER_UNAVAILABLE", ...profileWarning },
  },
  {
    ...ews("ErrorQuotaExceeded", "outbound"),
    ...{ cause: "the mailbox is full", given: says("ErrorQuotaExceeded", sent) },
    ...{ code: "MAILBOX_FULL", ...mailboxWarning },
  },
  {
    ...ews("ErrorSubmissionQuotaExceeded", "outbound"),
    ...{ cause: "too much was sent", given: says("ErrorSubmissionQuotaExceeded", sent) },
    ...{ code: "SENDING_LIMIT_REACHED", ...mailboxWarning },
  },
  {
    ...ews("ErrorSendAsDenied", "outbound"),
    ...{ cause: "no right to send as this address", given: says("ErrorSendAsDenied", sent) },
    ...{ code: "SENDER_REFUSED", ...mailboxError },
  },
  {
    ...ews("OutgoingEmailAuthenticationError", "outbound"),
    ...{ cause: "a wrong password", password: "wrong" },
    ...{ code: "AUTHENTICATION_REJECTED", ...mailboxError },
  },
  {
    ...graph("8005E272", "inbound"),
    ...{ cause: "Graph refuses the token", token: "unknown" },
    ...{ code: "AUTHENTICATION_REJECTED", ...mailboxError },
  },
  {
    ...graph("8005E273", "inbound"),
    ...{ cause: "the account is disabled", given: notServed({ enabled: false }) },
    ...{ code: "ACCOUNT_DISABLED", ...mailboxError },
  },
  {
    ...graph("8005E274", "inbound"),
    ...{ cause: "the mailbox is on-premises", given: notServed({}) },
    ...{ code: "MAILBOX_NOT_ONLINE", ...mailboxError },
  },
  ...["8005E276", "800046"].map(
    (vendor): VendorAlertCase => ({
      ...graph(vendor, "inbound"),
      ...{ cause: "the account has no licence", given: notServed({ licensed: false }) },
      ...{ code: "LICENCE_MISSING", ...mailboxError },
    }),
  ),
  {
    ...ews("ErrorImpersonateUserDenied", "inbound"),
    ...{ cause: "a management scope leaves the mailbox out", given: ({ exchange }) => exchange.limitScope([]) },
    ...{ code: "IMPERSONATION_DENIED", ...profileError },
  },
  {
    ...graph("unrecognized email address", "inbound"),
    ...{ cause: "the tenant has no such address", address: "nobody@example.org" },
    ...{ code: "MAILBOX_NOT_FOUND", ...mailboxError },
  },
];

/** What no test of a connection raises, and the test that does, by `<vendor>: <code>`. */
export const raisedElsewhere: Readonly<Record<string, string>> = {
  "8005E272: CLIENT_REJECTED": "packages/oauth/test/applications.int.test.ts",
  "SecureChannelFailure: TLS_TOO_WEAK": "packages/connectors/ews/test/signing-in.int.test.ts",
  "appointments, contacts and tasks bound to another organisation: ITEMS_OF_ANOTHER_ORGANISATION":
    "services/inbound-sync/test/act.int.test.ts",
  "mailbox does not have email server profile: PROFILE_MISSING": "packages/worker/test/tests.int.test.ts",
};
