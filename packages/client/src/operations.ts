// Made from the OpenAPI document by `node packages/client/scripts/write-types.ts`; do not edit.

/** As the API takes or shows it. */
export type EmailAddressInput = string;

/** As the API takes or shows it. */
export type OAuthSettingsInput = {
/** the provider of the tokens; google for the type gmail */
readonly provider: "google" | "microsoft" | "custom";
/** how tokens are granted; default sign-in */
readonly flow?: "sign-in" | "application" | "service-account" | undefined;
/** not for service-account */
readonly clientId?: string | undefined;
/** Microsoft */
readonly tenantId?: string | undefined;
/** Microsoft: which of its clouds; default global */
readonly cloud?: "global" | "us-government" | "us-government-dod" | "china" | undefined;
/** how the application proves itself; follows from the secret that is given */
readonly clientAuthentication?: "secret" | "certificate" | "none" | undefined;
/** when the client secret expires, as the provider shows it; Mailfleet warns before */
readonly clientSecretExpiresAt?: string | undefined;
/** Google: state of the consent screen */
readonly publishing?: "internal" | "testing" | "production" | undefined;
/** Google: the project that the key must belong to */
readonly projectId?: string | undefined;
/** instead of the usual ones */
readonly scopes?: readonly (string)[] | undefined;
readonly endpoints?: {
/** who signs the identities */
readonly issuer?: string | undefined;
/** where the mailbox's user signs in */
readonly authorization?: string | undefined;
/** where tokens are asked for */
readonly token?: string | undefined;
/** where a device code is asked for */
readonly deviceAuthorization?: string | undefined;
/** where the provider's mail API is */
readonly api?: string | undefined;
} | undefined;
};

/** As the API takes or shows it. */
export type Profile = {
readonly id: string;
readonly v: number;
/** unique among profiles */
readonly name: string;
/** for people */
readonly description?: string | undefined;
/** who looks after these servers, for people */
readonly contact?: string | undefined;
/** who also gets the notices about what only they or an administrator can repair, if the notification settings say so */
readonly owner?: EmailAddress | undefined;
/** whether an alert, mailed to the owner in any case, says that more than half of its mailboxes do not work (Dynamics 365: sendemailalert) */
readonly massFailureAlert: boolean;
/** windows in which no notice about this profile and its mailboxes goes out; what still stands at the end of a window is told then: such as `2027-02-06T22:00/2027-02-07T04:00 Europe/Berlin`, or each week `sat,sun 22:00-04:00 Europe/Berlin` */
readonly maintenance: readonly (string)[];
/** whether the owners of mailboxes see it and may choose it */
readonly forOwners: boolean;
/** gmail fills in Google's servers, ports and scopes; exchange-online fills in Microsoft Graph; exchange-server fills in Exchange Web Services by impersonation, with the credentials of the profile */
readonly type: "other" | "gmail" | "exchange-online" | "exchange-server";
/** how mail is fetched; what is left out is filled in; replaced whole */
readonly inbound: {
readonly protocol: "imap" | "pop3" | "gmail" | "graph" | "ews";
readonly host: string;
readonly port: number;
readonly security: "none" | "starttls" | "tls";
readonly trustedCertificates?: string | undefined;
/** how Mailfleet signs in to Exchange; auto: the strongest way that the server offers; default auto */
readonly authentication?: "auto" | "negotiate" | "ntlm" | "basic" | "oauth" | undefined;
/** how the account opens a mailbox at Exchange: its own, another by impersonation, or another by its rights (delegation); default own */
readonly access?: "own" | "impersonation" | "delegation" | undefined;
/** whether the address of the API is looked up at the host */
readonly autodiscover?: boolean | undefined;
/** the address of the API, such as https://mail.example.org/EWS/Exchange.asmx */
readonly apiUrl?: string | undefined;
readonly credentials: "mailbox" | "profile" | "oauth";
readonly addressing?: {
readonly by: "authorization-identity";
} | {
readonly by: "user-name";
readonly pattern: string;
} | undefined;
};
/** how mail is sent; what is left out is filled in; replaced whole */
readonly outbound: {
readonly protocol: "smtp" | "gmail" | "graph" | "ews";
readonly host: string;
readonly port: number;
readonly security: "none" | "starttls" | "tls";
readonly trustedCertificates?: string | undefined;
/** how Mailfleet signs in to Exchange; auto: the strongest way that the server offers; default auto */
readonly authentication?: "auto" | "negotiate" | "ntlm" | "basic" | "oauth" | undefined;
/** how the account opens a mailbox at Exchange: its own, another by impersonation, or another by its rights (delegation); default own */
readonly access?: "own" | "impersonation" | "delegation" | undefined;
/** whether the address of the API is looked up at the host */
readonly autodiscover?: boolean | undefined;
/** the address of the API, such as https://mail.example.org/EWS/Exchange.asmx */
readonly apiUrl?: string | undefined;
readonly credentials: "mailbox" | "profile" | "oauth" | "anonymous";
/** whether Exchange keeps sent mail; without it Mailfleet cannot look up an uncertain send; default yes */
readonly saveCopy?: boolean | undefined;
};
/** whether outbound has the host, security, trusted certificates, credentials and way of signing in of inbound, and follows their changes */
readonly sameSettingsForOutgoing: boolean;
/** how tokens are granted; replaced whole */
readonly oauth?: OAuthSettings | undefined;
/** only mail that arrives after this is received; the later of profile and mailbox counts */
readonly processFrom?: string | undefined;
/** lower bound between two polls */
readonly minimumPollingIntervalMinutes: number;
/** connections at the same time for one holder of credentials */
readonly maximumConcurrentConnections: number;
/** keep a connection on which the server announces new mail (IMAP IDLE); polls go on */
readonly watch: boolean;
/** time until a connection must be usable */
readonly connectionTimeoutMs: number;
/** what to do with an uncertain send that is not in the sent mail */
readonly uncertainPolicy: "resend" | "hold";
/** who files a copy in the sent mail; append: Mailfleet, over the mailbox's IMAP, if the server has not */
readonly sentCopy: "server" | "append";
/** whether reports of undeliverable mail, and messages that cannot be received, get the category Undeliverable in the mailbox; Exchange only */
readonly tagUndeliverable: boolean;
/** the folder on the server to which received reports of undeliverable mail are moved; it is made if it is missing (Dynamics 365: moveundeliveredemails) */
readonly undeliverableFolder?: string | undefined;
/** 8-bit text for a server that does not offer 8BITMIME */
readonly eightBitPolicy: "encode" | "send";
/** the name with which Mailfleet greets SMTP servers (EHLO); without it, the address that the connection comes from */
readonly ehloName?: string | undefined;
/** a message that has waited longer is no longer sent */
readonly sendExpiryHours: number;
/** the profile's own credentials for receiving */
readonly inboundCredentials: {
readonly username: string;
readonly setAt: string;
} | null;
/** the profile's own credentials for sending */
readonly outboundCredentials: {
readonly username: string;
readonly setAt: string;
} | null;
/** the secret, certificate or service account's key of the OAuth application */
readonly oauthSecret: {
readonly kind: "client-secret" | "client-certificate" | "key-vault-certificate" | "service-account-key";
readonly serviceAccount?: {
readonly clientEmail: string;
readonly projectId: string;
readonly keyId: string;
readonly clientId: string;
} | undefined;
readonly certificate?: {
readonly thumbprint: string;
readonly expiresAt: string;
} | undefined;
readonly keyVault?: {
/** the vault, e.g. https://contoso.vault.azure.net */
readonly url: string;
/** name of the certificate in the vault */
readonly certificateName: string;
/** a version of it; the newest if absent, so that one that is renewed in the vault is used by itself */
readonly certificateVersion?: string | undefined;
/** the application that may read the vault's secrets (Get) */
readonly clientId: string;
} | undefined;
readonly setAt: string;
} | null;
/** the profile's next credentials for receiving */
readonly nextInboundCredentials: {
readonly username: string;
readonly setAt: string;
} | null;
/** the profile's next credentials for sending */
readonly nextOutboundCredentials: {
readonly username: string;
readonly setAt: string;
} | null;
/** the next secret, certificate or key of the OAuth application */
readonly nextOauthSecret: {
readonly kind: "client-secret" | "client-certificate" | "key-vault-certificate" | "service-account-key";
readonly serviceAccount?: {
readonly clientEmail: string;
readonly projectId: string;
readonly keyId: string;
readonly clientId: string;
} | undefined;
readonly certificate?: {
readonly thumbprint: string;
readonly expiresAt: string;
} | undefined;
readonly keyVault?: {
/** the vault, e.g. https://contoso.vault.azure.net */
readonly url: string;
/** name of the certificate in the vault */
readonly certificateName: string;
/** a version of it; the newest if absent, so that one that is renewed in the vault is used by itself */
readonly certificateVersion?: string | undefined;
/** the application that may read the vault's secrets (Get) */
readonly clientId: string;
} | undefined;
readonly setAt: string;
} | null;
/** whether its mailboxes work */
readonly active: boolean;
/** whether mailboxes that name no profile use it */
readonly isDefault: boolean;
/** number of mailboxes that use this profile */
readonly mailboxes: number;
/** when a test with the next secrets passed, and of which mailbox; null: none did */
readonly nextTest: {
readonly at: string;
readonly mailbox: EmailAddress;
} | null;
/** how many may use it; null: no limit */
readonly maximumMailboxes: number | null;
readonly createdAt: string;
readonly changedAt: string;
/** to enter at the provider; null if nobody signs in */
readonly redirectUri: string | null;
/** to enter at the provider; null if nobody signs in */
readonly javascriptOrigin: string | null;
};

/** As the API takes or shows it. */
export type Mailbox = {
readonly id: string;
readonly v: number;
/** unique among mailboxes; changing it requires a new approval */
readonly address: EmailAddress;
/** for people */
readonly name?: string | undefined;
/** user: a person's; queue: shared; forward: others forward to it */
readonly kind: "user" | "queue" | "forward";
/** who owns it; changing it requires a new approval */
readonly owner?: {
/** the owner's name, for people */
readonly name?: string | undefined;
/** the person who owns the mailbox */
readonly email: EmailAddress;
} | undefined;
/** the servers it uses; the default profile if absent */
readonly profileId: string;
/** how each direction is served; the organisation's defaults if absent */
readonly deliveryMethods: {
/** how mail is received */
readonly inbound: "none" | "server-side";
/** how mail is sent */
readonly outbound: "none" | "server-side";
/** appointments, contacts and tasks, with Exchange only: Mailfleet tests access to them and marks the mailbox as its organisation's; it does not synchronise the items themselves yet */
readonly act: "none" | "server-side";
};
/** only mail that arrives after this is received; the later of profile and mailbox counts */
readonly processFrom?: string | undefined;
/** whether the credentials stored with the mailbox may be used to sign in (Dynamics 365: allowemailconnectortousecredentials) */
readonly allowToUseCredentials: boolean;
/** delete on the server what was received: only POP3, and not for users' mailboxes (Dynamics 365: processanddeleteemails) */
readonly deleteAfterProcessing: boolean;
/** user name and password of the mailbox */
readonly credentials: {
readonly username: string;
readonly setAt: string;
} | null;
readonly ownership: number;
readonly active: boolean;
readonly wanted: boolean | null;
/** in one word, how it is */
readonly lifecycle: "pendingApproval" | "rejected" | "approved" | "testing" | "enabled.running" | "enabled.retrying" | "enabled.degraded" | "disabled.byAdmin" | "disabled.byOwner" | "disabled.credentialsMissing" | "disabled.credentialsExpired" | "disabled.consentMissing" | "disabled.consentExpired" | "disabled.failed" | "inactive" | "deleted";
readonly approval: {
readonly state: "pendingApproval" | "approved" | "rejected";
readonly at?: string | undefined;
readonly by?: string | undefined;
readonly reason?: string | undefined;
};
/** what is known about each direction */
readonly directions: {
readonly inbound: DirectionStatus;
readonly outbound: DirectionStatus;
readonly act: DirectionStatus;
};
readonly createdAt: string;
readonly changedAt: string;
};

/** As the API takes or shows it. */
export type Message = {
/** <mailboxId>/<native id> */
readonly id: string;
/** the mailbox that received it */
readonly mailboxId: string;
/** when the server took it in (IMAP INTERNALDATE) */
readonly receivedAt: string;
/** when Mailfleet stored it */
readonly storedAt: string;
/** in bytes */
readonly size: number;
/** of its bytes */
readonly sha256: string;
/** its Message-ID */
readonly messageId: string | null;
/** in the order of the header, at most 50 */
readonly from: readonly ({
/** decoded; null if there is none */
readonly name: string | null;
/** null if there is only a name */
readonly address: string | null;
/** the group that it belongs to (RFC 5322 §3.4) */
readonly group?: string | undefined;
})[];
/** at most 50 */
readonly to: readonly ({
/** decoded; null if there is none */
readonly name: string | null;
/** null if there is only a name */
readonly address: string | null;
/** the group that it belongs to (RFC 5322 §3.4) */
readonly group?: string | undefined;
})[];
/** at most 50 */
readonly cc: readonly ({
/** decoded; null if there is none */
readonly name: string | null;
/** null if there is only a name */
readonly address: string | null;
/** the group that it belongs to (RFC 5322 §3.4) */
readonly group?: string | undefined;
})[];
/** how many addresses To and Cc have in all */
readonly recipients: number;
/** as in the header */
readonly subject: string | null;
/** what the message says, milliseconds since 1970, negative before */
readonly date: number | null;
/** the attached message that a forward mailbox was sent */
readonly original?: {
readonly messageId: string | null;
readonly subject: string | null;
readonly from: readonly ({
/** decoded; null if there is none */
readonly name: string | null;
/** null if there is only a name */
readonly address: string | null;
/** the group that it belongs to (RFC 5322 §3.4) */
readonly group?: string | undefined;
})[];
readonly to: readonly ({
/** decoded; null if there is none */
readonly name: string | null;
/** null if there is only a name */
readonly address: string | null;
/** the group that it belongs to (RFC 5322 §3.4) */
readonly group?: string | undefined;
})[];
readonly cc: readonly ({
/** decoded; null if there is none */
readonly name: string | null;
/** null if there is only a name */
readonly address: string | null;
/** the group that it belongs to (RFC 5322 §3.4) */
readonly group?: string | undefined;
})[];
readonly date: number | null;
} | undefined;
/** in a report about undeliverable mail: which message did not reach whom, and why; absent in other messages */
readonly undeliverable?: {
/** whom the message did not reach, at most 50 */
readonly recipients: readonly ({
/** whom the server could not reach */
readonly address: string;
/** whom the message was sent to, if it was forwarded from there */
readonly original?: string | undefined;
/** such as 5.1.1 (RFC 3463); null: the report does not say it */
readonly status: string | null;
/** why, in the words of the server that refused it; absent: not said */
readonly diagnostic?: string | undefined;
})[];
/** Message-ID of the message that was not delivered */
readonly messageId: string | null;
/** the send that it was, if the report has it in the original's header */
readonly sendId?: string | undefined;
} | undefined;
/** the header field that says that it was sent automatically, so do not answer it automatically; absent: none does */
readonly automatic?: string | undefined;
/** Message-IDs of what it answers, the nearest first, at most 10 (In-Reply-To, References); absent: it answers nothing */
readonly answersTo?: readonly (string)[] | undefined;
/** why the header cannot be read; the raw bytes are kept anyway */
readonly unparsed: string | null;
};

/** As the API takes or shows it. */
export type Send = {
readonly id: string;
/** the mailbox it leaves from */
readonly mailboxId: string;
/** the idempotency key with which it was submitted */
readonly idempotencyKey: string;
/** how far it is */
readonly state: "accepted" | "sending" | "deferred" | "waiting" | "uncertain" | "sent" | "failed" | "expired";
/** its Message-ID, the same in each attempt */
readonly messageId: string;
/** as in the header */
readonly from: string;
/** all recipients */
readonly to: readonly (string)[];
/** as in the header */
readonly subject: string;
/** in bytes */
readonly size: number;
/** when it was submitted */
readonly acceptedAt: string;
/** when its state changed last */
readonly changedAt: string;
/** each try to hand it over */
readonly attempts: readonly ({
readonly n: number;
readonly startedAt: string;
readonly endedAt?: string | undefined;
readonly failure?: Failure | undefined;
})[];
/** when it is tried next */
readonly nextAttemptAt: string | null;
/** what the server said when it took the message */
readonly answer: string | null;
/** recipients that the server refused */
readonly rejectedRecipients: readonly ({
readonly address: string;
readonly reply: string;
})[];
/** recipients that it did not reach after the server took it, from reports that came back; absent: no report */
readonly undelivered?: readonly ({
/** whom the server could not reach */
readonly address: string;
/** whom the message was sent to, if it was forwarded from there */
readonly original?: string | undefined;
/** such as 5.1.1 (RFC 3463); null: the report does not say it */
readonly status: string | null;
/** why, in the words of the server that refused it; absent: not said */
readonly diagnostic?: string | undefined;
/** when the report was received */
readonly at: string;
/** the id of the report, a received message */
readonly report: string;
})[] | undefined;
/** answers to it that came back, at most 100; absent: none */
readonly answers?: readonly ({
/** the id of the answer, a received message */
readonly message: string;
/** who wrote it, by its header */
readonly from: string | null;
/** when it was received */
readonly at: string;
})[] | undefined;
/** why the last attempt failed */
readonly lastError: ShownFailure | null;
};

/** As the API takes or shows it. */
export type Mail = {
readonly id: string;
/** when Mailfleet stored or accepted it */
readonly at: string;
/** `received`, `setAside` (the server does not give it), `undeliverable` (sent, and a report came back), or the state of the send */
readonly state: "received" | "setAside" | "accepted" | "sending" | "deferred" | "waiting" | "uncertain" | "sent" | "failed" | "expired" | "undeliverable";
/** the mailbox that received it or that it leaves from */
readonly mailboxId: string;
/** its Message-ID */
readonly messageId: string | null;
/** as in the header */
readonly from: string | null;
/** at most 20 addresses */
readonly to: readonly (string)[];
/** as in the header */
readonly subject: string | null;
/** what the server said of it last, or why it is not sent or not received */
readonly why: string | null;
/** the header field that says that it was sent automatically; absent: none does */
readonly automatic?: string | undefined;
/** what happened to it, in order; only where it is read by itself */
readonly events?: readonly ({
readonly at: string | null;
readonly what: "arrived" | "setAside" | "stored" | "announced" | "toBeAnnounced" | "toBeMoved" | "accepted" | "sending" | "deferred" | "waiting" | "uncertain" | "sent" | "failed" | "expired" | "attempt" | "refused" | "rejectedRecipient" | "copyDue" | "copyFiled" | "undeliverable" | "about" | "answered" | "answerTo";
readonly words: string | null;
})[] | undefined;
};

/** As the API takes or shows it. */
export type Incident = {
readonly id: string;
readonly v: number;
/** the profile or mailbox that its alerts share */
readonly object: {
readonly type: "mailbox" | "profile" | "service" | "stream" | "send";
readonly id: string;
readonly direction?: "inbound" | "outbound" | "act" | undefined;
readonly profileId?: string | undefined;
readonly label?: string | undefined;
};
/** the code of its first alert */
readonly code: string;
/** how bad the worst of its alerts is */
readonly severity: "error" | "warning" | "information";
/** what happened */
readonly text: string;
/** what to do now */
readonly remedy: string;
/** raised, or over */
readonly state: "raised" | "cleared";
/** how many alerts are raised */
readonly alerts: number;
/** how many were raised at the same time */
readonly most: number;
/** servers that the alerts name, at most ten */
readonly hosts: readonly (string)[];
/** when it began */
readonly firstAt: string;
/** when it was over */
readonly clearedAt: string | null;
/** who looks after it: it does not escalate any more */
readonly acknowledged: {
readonly by: string;
readonly at: string;
} | null;
/** until when no notice about it is sent, and why */
readonly muted: {
readonly by: string;
readonly at: string;
readonly reason: string;
readonly until: string;
} | null;
/** when the people for escalation were told */
readonly escalatedAt: string | null;
/** whether mail about it is due, sent or failed */
readonly notification: "none" | "pending" | "sent" | "failed";
readonly createdAt: string;
readonly changedAt: string;
};

/** As the API takes or shows it. */
export type Alert = {
readonly id: string;
readonly v: number;
/** what it is about */
readonly object: {
readonly type: "mailbox" | "profile" | "service" | "stream" | "send";
readonly id: string;
readonly direction?: "inbound" | "outbound" | "act" | undefined;
readonly profileId?: string | undefined;
readonly label?: string | undefined;
};
/** which failure or event; the list of codes says more */
readonly code: string;
/** how bad it is */
readonly severity: "error" | "warning" | "information";
/** who can do something about it */
readonly audience: "mailbox" | "profile" | "administrator";
/** what happened */
readonly text: string;
/** what to do now */
readonly remedy: string;
/** more about this case */
readonly detail: string | null;
/** what the server said */
readonly evidence: {
readonly host?: string | undefined;
readonly port?: number | undefined;
readonly command?: string | undefined;
readonly reply?: string | undefined;
readonly systemCode?: string | undefined;
} | null;
/** raised, or over */
readonly state: "raised" | "cleared";
/** when this episode began */
readonly firstAt: string;
/** when it was raised last */
readonly lastAt: string;
/** how often it was raised in this episode */
readonly count: number;
/** when it was over */
readonly clearedAt: string | null;
/** the incident that it belongs to; information belongs to none */
readonly incidentId?: string | undefined;
/** whether mail about it is due, sent or failed */
readonly notification: "none" | "pending" | "sent" | "failed";
readonly createdAt: string;
readonly changedAt: string;
};

/** As the API takes or shows it. */
export type DeadLetter = {
readonly id: string;
readonly v: number;
/** the service that could not handle it */
readonly service: string;
/** its consumer */
readonly consumer: string;
/** why it was set aside */
readonly reason: string;
/** where it was published */
readonly subject: string;
/** the stream that held it */
readonly stream: string;
/** its place in that stream */
readonly sequence: number;
/** how often it was delivered */
readonly deliveries: number;
/** its type, if it named one */
readonly type: string | null;
/** the mailbox it is about */
readonly mailboxId: string | null;
/** the body as text, cut; the whole is replayed */
readonly preview: string;
/** when it was set aside */
readonly at: string;
/** whether somebody decided about it */
readonly state: "waiting" | "replayed" | "discarded";
readonly createdAt: string;
readonly changedAt: string;
};

/** As the API takes or shows it. */
export type Subscription = {
readonly id: string;
readonly v: number;
/** unique among subscriptions */
readonly name: string;
/** whether Mailfleet calls the program, or the program asks */
readonly kind: "webhook" | "pull";
/** where a webhook goes; http only to networks that the installation allows */
readonly url?: string | undefined;
/** which facts; all if none is named */
readonly types: readonly ("mailbox.created.v1" | "mailbox.changed.v1" | "mailbox.transitioned.v1" | "mailbox.tested.v1" | "mailbox.deleted.v1" | "profile.created.v1" | "profile.changed.v1" | "profile.deleted.v1" | "job.started.v1" | "job.progressed.v1" | "job.ended.v1" | "mail.received.v1" | "mail.probe-received.v1" | "mail.report-received.v1" | "mail.answer-received.v1" | "mail.sent.v1" | "mail.deferred.v1" | "mail.waiting.v1" | "mail.uncertain.v1" | "mail.failed.v1" | "mail.expired.v1" | "mail.undeliverable.v1" | "mail.answered.v1" | "run.step.v1" | "run.finished.v1" | "alert.changed.v1" | "incident.changed.v1")[];
/** whether it gets facts; those of the time between are kept for 14 days */
readonly active: boolean;
/** what the webhook's signatures are made with; a former one signs for a day longer */
readonly signingSecret: {
readonly setAt: string;
} | null;
/** since when Mailfleet has given the webhook up, because nothing arrived */
readonly deadSince: string | null;
readonly createdAt: string;
readonly changedAt: string;
};

/** As the API takes or shows it. */
export type Delivery = {
readonly id: string;
/** whose it is */
readonly subscriptionId: string;
/** the id of the fact, which is sent as webhook-id */
readonly factId: string;
/** what the fact is */
readonly type: string;
/** when the fact happened */
readonly at: string;
/** whether it is still tried, arrived, or was given up */
readonly state: "pending" | "delivered" | "failed";
/** how often it was tried */
readonly attempts: number;
/** when it is tried next */
readonly nextAt: string | null;
/** the HTTP status of the last answer */
readonly status: number | null;
/** the beginning of the last answer, or why there was none */
readonly answer: string | null;
/** when it was tried last */
readonly triedAt: string | null;
};

/** As the API takes or shows it. */
export type Job = {
readonly id: string;
/** what is asked of each mailbox: any command of one */
readonly verb: "approve" | "reject" | "resubmit" | "test" | "test-and-enable" | "apply-defaults" | "disable" | "activate" | "deactivate" | "sync-now" | "update" | "delete" | "import";
/** what the command takes, as for one mailbox */
readonly input?: {
/** of reason */
readonly reason?: string | undefined;
/** all configured ones if absent */
readonly directions?: readonly ("inbound" | "outbound" | "act")[] | undefined;
/** test and enable it afterwards */
readonly test?: boolean | undefined;
/** of change */
readonly change?: {
/** for people */
readonly name?: string | null | undefined;
/** who owns it; changing it requires a new approval */
readonly owner?: {
/** the owner's name, for people */
readonly name?: string | undefined;
/** the person who owns the mailbox */
readonly email: EmailAddress;
} | null | undefined;
/** the servers it uses; the default profile if absent */
readonly profileId?: string | undefined;
/** how each direction is served; the organisation's defaults if absent */
readonly deliveryMethods?: {
/** how mail is received; in a new mailbox none if absent */
readonly inbound?: "none" | "server-side" | undefined;
/** how mail is sent; in a new mailbox none if absent */
readonly outbound?: "none" | "server-side" | undefined;
/** appointments, contacts and tasks, with Exchange only: Mailfleet tests access to them and marks the mailbox as its organisation's; it does not synchronise the items themselves yet; in a new mailbox the organisation's default if absent */
readonly act?: "none" | "server-side" | undefined;
} | undefined;
/** only mail that arrives after this is received; the later of profile and mailbox counts */
readonly processFrom?: string | null | undefined;
/** whether the credentials stored with the mailbox may be used to sign in (Dynamics 365: allowemailconnectortousecredentials) */
readonly allowToUseCredentials?: boolean | undefined;
/** delete on the server what was received: only POP3, and not for users' mailboxes (Dynamics 365: processanddeleteemails) */
readonly deleteAfterProcessing?: boolean | undefined;
} | undefined;
/** change mailboxes that are there already; else they are refused */
readonly update?: boolean | undefined;
} | undefined;
/** which mailboxes: these */
readonly mailboxIds?: readonly (string)[] | undefined;
/** which mailboxes: those with these addresses; one that there is not is a result, too */
readonly addresses?: readonly (string)[] | undefined;
/** which mailboxes: all that this finds, as in their list; {} finds all */
readonly filter?: {
/** what is sorted by, `-` before it: the greatest first */
readonly sort?: "address" | "-address" | "createdAt" | "-createdAt" | "changedAt" | "-changedAt" | undefined;
/** a lifecycle word; `enabled` and `disabled` stand for all of their kind */
readonly lifecycle?: "pendingApproval" | "rejected" | "approved" | "testing" | "enabled.running" | "enabled.retrying" | "enabled.degraded" | "disabled.byAdmin" | "disabled.byOwner" | "disabled.credentialsMissing" | "disabled.credentialsExpired" | "disabled.consentMissing" | "disabled.consentExpired" | "disabled.failed" | "inactive" | "deleted" | "enabled" | "disabled" | undefined;
readonly profileId?: string | undefined;
readonly kind?: "user" | "queue" | "forward" | undefined;
/** yes: those that are active; no: those that are deactivated */
readonly active?: boolean | undefined;
/** part of the address or name */
readonly search?: string | undefined;
} | undefined;
/** which mailboxes: those that refused in this job, or whose test did not pass */
readonly failedOf?: string | undefined;
/** how many mailboxes are meant: with another number nothing begins; needed to delete */
readonly count?: number | undefined;
/** whether each mailbox has its result */
readonly state: "running" | "done" | "cancelled";
/** number of mailboxes */
readonly total: number;
/** number of mailboxes that have accepted or refused the command */
readonly done: number;
/** number of mailboxes that refused the command */
readonly failed: number;
/** at most 2,000, those first that failed or are under way; `GET /jobs/{job}/results` has all of them */
readonly results: readonly ({
readonly mailboxId: string;
readonly line?: number | undefined;
readonly address?: string | undefined;
readonly ok: boolean;
readonly problem?: {
readonly code: ProblemCode;
readonly detail: string;
readonly remedy?: string | undefined;
readonly errors?: readonly ({
readonly pointer: string;
readonly reason: string;
})[] | undefined;
} | undefined;
readonly tests?: {
readonly inbound?: {
readonly outcome: "running" | "ok" | "failed" | "stopped";
readonly code?: string | undefined;
readonly text?: string | undefined;
readonly remedy?: string | undefined;
readonly reply?: string | undefined;
} | undefined;
readonly outbound?: {
readonly outcome: "running" | "ok" | "failed" | "stopped";
readonly code?: string | undefined;
readonly text?: string | undefined;
readonly remedy?: string | undefined;
readonly reply?: string | undefined;
} | undefined;
readonly act?: {
readonly outcome: "running" | "ok" | "failed" | "stopped";
readonly code?: string | undefined;
readonly text?: string | undefined;
readonly remedy?: string | undefined;
readonly reply?: string | undefined;
} | undefined;
} | undefined;
readonly changes?: readonly ({
readonly name: string;
readonly from: string;
readonly to: string;
})[] | undefined;
})[];
/** the part of the fleet to which the one who gave it is limited */
readonly within?: {
readonly profileIds?: readonly (string)[] | undefined;
readonly domains?: readonly (string)[] | undefined;
} | undefined;
/** when it was given */
readonly createdAt: string;
/** who gave it */
readonly by: string;
};

/** As the API takes or shows it. */
export type Erasure = {
readonly id: string;
/** the mailbox */
readonly mailboxId: string;
/** its address, to confirm the erasure; it is not shown again */
readonly address?: EmailAddress | undefined;
/** whether everything is removed */
readonly state: "running" | "done";
/** who asked for it */
readonly by: string;
/** when it was asked for */
readonly createdAt: string;
/** when everything was removed */
readonly doneAt: string | null;
/** how often all services have removed what they had; they do it twice, to catch what comes late */
readonly rounds: number;
/** what could not be removed yet and is tried again */
readonly waitsFor: string | null;
/** how much was removed, by kind */
readonly removed: Readonly<Record<string, number>>;
};

/** As the API takes or shows it. */
export type Settings = {
readonly v: number;
/** whether a person's mailbox must be approved before it works */
readonly approvalRequiredForUsers: boolean;
/** whether a queue or forwarder must be approved before it works */
readonly approvalRequiredForQueues: boolean;
/** whether the owner of a person's mailbox may approve it with a code that is sent to its address */
readonly selfApproval: boolean;
/** profile for mailboxes that name none */
readonly defaultProfileId: string | null;
/** how mail is received for new mailboxes that name no methods */
readonly inboundDeliveryMethod: "none" | "server-side";
/** how mail is sent for new mailboxes that name no methods; a mailbox that others forward to sends nothing */
readonly outboundDeliveryMethod: "none" | "server-side";
/** default for appointments, contacts and tasks of new user mailboxes with an Exchange profile */
readonly actDeliveryMethod: "none" | "server-side";
/** the name that other installations show when they find this one's mark in a mailbox */
readonly organisationName?: string | undefined;
/** when to try again; what you do not name stays */
readonly retryPolicy: {
/** retries after which a temporary failure stops a direction */
readonly maximumAttempts: number;
/** milliseconds between two attempts */
readonly retryMs: number;
/** milliseconds between two polls of a mailbox */
readonly pollMs: number;
/** milliseconds between two light checks of a direction that has stopped */
readonly probeMs: number;
/** milliseconds after which a test without a result is lost; a worker's own deadline is shorter */
readonly testDeadlineMs: number;
/** milliseconds after which refused credentials are tried once more */
readonly secondChanceMs: number;
/** longest Retry-After of a server, in milliseconds, that Mailfleet follows */
readonly longestRetryAfterMs: number;
/** milliseconds of only throttling after which an alert says so */
readonly throttledAlertMs: number;
/** milliseconds of only throttling after which a direction stops */
readonly throttledEndMs: number;
};
/** the largest message that may be sent, with its attachments, in kilobytes of 1024 bytes; a larger one is refused */
readonly maximumMessageKilobytes: number;
/** the largest single attachment that may be sent, before it is encoded, in kilobytes of 1024 bytes; a message with a larger one is refused; signed and encrypted messages are not opened for it, and what is received has no such limit */
readonly maximumAttachmentKilobytes: number;
/** days that received and sent messages are kept */
readonly messageRetentionDays: number;
/** ports that connections may go to: a preset, a list, or null for all */
readonly allowedOutboundPorts: "us-government" | readonly (number)[] | null;
/** networks besides the public Internet that mail servers may be in; link-local and metadata addresses are never allowed */
readonly allowedNetworks: readonly (string)[];
/** the id in the marks that this installation writes into mailboxes; null until it writes the first one */
readonly organisationId: string | null;
};

/** As the API takes or shows it. */
export type NotificationSettings = {
readonly v: number;
/** whether mail about alerts is sent */
readonly enabled: boolean;
/** by SMTP through a relay, or by the provider's mail API */
readonly mode: "smtp" | "api";
/** the mail server of the mode smtp; replaced whole */
readonly relay: {
readonly host: string;
readonly port: number;
readonly security: "none" | "starttls" | "tls";
readonly trustedCertificates?: string | undefined;
readonly authentication: "none" | "basic" | "oauth";
/** who signs in; with oauth and null the sender */
readonly username: string | null;
} | null;
/** the application that gets tokens; replaced whole */
readonly application: {
/** for api, and for oauth at a relay */
readonly provider: "microsoft" | "google";
/** Microsoft */
readonly tenantId?: string | undefined;
/** Microsoft */
readonly clientId?: string | undefined;
/** Google: the project that the key must belong to */
readonly projectId?: string | undefined;
/** instead of the usual ones */
readonly scopes?: readonly (string)[] | undefined;
readonly endpoints?: {
/** who signs the identities */
readonly issuer?: string | undefined;
/** where the mailbox's user signs in */
readonly authorization?: string | undefined;
/** where tokens are asked for */
readonly token?: string | undefined;
/** where a device code is asked for */
readonly deviceAuthorization?: string | undefined;
/** where the provider's mail API is */
readonly api?: string | undefined;
} | undefined;
} | null;
/** the sender */
readonly from: EmailAddress | null;
/** the recipients */
readonly to: readonly (EmailAddress)[];
/** which alerts the recipients get mail about: errors, warnings */
readonly recipientSeverities: readonly ("error" | "warning")[];
/** the language of notices for whoever has none of their own */
readonly language: "en" | "de" | "ja" | "it";
/** languages of single recipients, owners included: an address or a domain with its language, such as `@example.jp ja` */
readonly recipientLanguages: readonly (string)[];
/** hours of the day in which mail waits until they are over; mail about errors does not, unless they say so; replaced whole */
readonly quietHours: {
/** when they begin, such as 22:00 */
readonly from: string;
/** when they end, such as 07:00 */
readonly to: string;
/** where these times are meant, such as Europe/Berlin */
readonly timeZone: string;
/** whether mail about errors waits, too */
readonly errors: boolean;
} | null;
/** windows in which no notice goes out; alerts stay on the wall, and what still stands at the end of a window is told then: such as `2027-02-06T22:00/2027-02-07T04:00 Europe/Berlin`, or each week `sat,sun 22:00-04:00 Europe/Berlin` */
readonly maintenance: readonly (string)[];
/** who gets mail about an incident that nobody has acknowledged in time, if anybody */
readonly escalateTo: readonly (EmailAddress)[];
/** how long an incident may be raised until it is told to them, in minutes */
readonly escalateAfterMinutes: number;
/** how many mails about incidents are sent in an hour; the others wait for the next one, if they still matter then */
readonly noticesPerHour: number;
/** how many days an alert or incident is shown after its end, from then on; 14 at least, as long as facts may still report it */
readonly alertRetentionDays: number;
/** whether the owner of a mailbox or of a profile also gets the notices about what only they or an administrator can repair */
readonly notifyOwners: boolean;
/** which mail owners get, if any: about errors, about warnings, and the information that a test and enable passed */
readonly ownerSeverities: readonly ("error" | "warning" | "information")[];
/** how the mails look */
readonly format: "html" | "text";
/** when the application's secret expires, at most 24 months ahead; Mailfleet warns before */
readonly secretExpiresAt: string | null;
/** user name and password at the relay */
readonly credentials: {
readonly username: string;
readonly setAt: string;
} | null;
/** the secret, certificate or service account's key of the application */
readonly oauthSecret: {
readonly kind: "client-secret" | "client-certificate" | "key-vault-certificate" | "service-account-key";
readonly serviceAccount?: {
readonly clientEmail: string;
readonly projectId: string;
readonly keyId: string;
readonly clientId: string;
} | undefined;
readonly certificate?: {
readonly thumbprint: string;
readonly expiresAt: string;
} | undefined;
readonly keyVault?: {
/** the vault, e.g. https://contoso.vault.azure.net */
readonly url: string;
/** name of the certificate in the vault */
readonly certificateName: string;
/** a version of it; the newest if absent, so that one that is renewed in the vault is used by itself */
readonly certificateVersion?: string | undefined;
/** the application that may read the vault's secrets (Get) */
readonly clientId: string;
} | undefined;
readonly setAt: string;
} | null;
};

/** As the API takes or shows it. */
export type Token = {
readonly id: string;
/** so that people know later what it is for */
readonly name: string;
/** what it may do */
readonly role: "administrator" | "approver" | "operator" | "reader" | "owner";
/** the mailboxes of an owner; only for that role, and needed there */
readonly mailboxIds?: readonly (string)[] | undefined;
/** only mailboxes of these profiles exist for it; not for administrators and owners */
readonly profileIds?: readonly (string)[] | undefined;
/** only mailboxes of these domains exist for it; not for administrators and owners */
readonly domains?: readonly (string)[] | undefined;
/** of what its role may do, only these operations, such as `incident.acknowledge` or `incident.*` */
readonly only?: readonly (string)[] | undefined;
/** Mailfleet refuses it from then on */
readonly expiresAt?: string | undefined;
/** when it was made */
readonly createdAt: string;
/** when it was used last, within a minute */
readonly lastUsedAt: string | null;
/** the bearer token, only in the answer that makes it; keep it safe */
readonly token?: string | undefined;
};

/** As the API takes or shows it. */
export type Session = {
readonly id: string;
/** who: a token's name, or a person as the provider names them */
readonly name: string;
/** what it may do */
readonly role: "administrator" | "approver" | "operator" | "reader" | "owner";
/** token: of the API; openid: the identity provider; device: the same, for the command line; mailbox: the owner of one, at its provider */
readonly by: "token" | "openid" | "device" | "mailbox";
/** the address from which it began */
readonly from: string;
/** when it began */
readonly createdAt: string;
/** when it was used last, within a minute */
readonly lastUsedAt: string;
/** when it ends by itself */
readonly expiresAt: string;
/** the token that was given; deleting it ends the session */
readonly tokenId?: string | undefined;
/** the person's id at the identity provider */
readonly subject?: string | undefined;
};

/** As the API takes or shows it. */
export type Audit = {
readonly id: string;
/** when */
readonly at: string;
/** who gave the command */
readonly by: {
/** session: a person who signed in; service: a job or another task of Mailfleet's own */
readonly kind: "token" | "session" | "service";
/** of the token or session */
readonly id?: string | undefined;
readonly name: string;
/** the address from which it came */
readonly from?: string | undefined;
};
/** what was asked, as `mailbox.approve` */
readonly operation: string;
/** of what */
readonly object: {
readonly type: string;
readonly id?: string | undefined;
/** its address or name at that time */
readonly label?: string | undefined;
};
/** whether it was done */
readonly outcome: "accepted" | "refused";
/** why it was refused: the code of the problem */
readonly code?: string | undefined;
/** why it was refused, in words */
readonly detail?: string | undefined;
/** of the object afterwards */
readonly version?: number | undefined;
/** what people see of the object and is other than before; secrets as `[secret]` */
readonly changes: readonly ({
/** its path, as `directions.inbound.state` */
readonly field: string;
/** absent: there was none */
readonly before?: string | undefined;
/** absent: there is none any more */
readonly after?: string | undefined;
})[];
/** the same in all logs */
readonly correlation?: string | undefined;
/** the mailbox that it concerns */
readonly mailboxId?: string | undefined;
};

/** As the API takes or shows it. */
export type Checkup = {
/** when they looked */
readonly at: string;
/** the worst of all findings */
readonly level: "ok" | "warn" | "fail";
/** the processes that answered, one of each service */
readonly services: readonly ({
readonly service: "config" | "scheduler" | "inbound-sync" | "outbound-send" | "alerting" | "console";
readonly version: string;
/** version of Node */
readonly node: string;
readonly replica: string | null;
readonly startedAt: string;
/** their versions */
readonly engines: {
readonly mongodb: string | null;
readonly nats: string | null;
};
/** id of the deployment; null if it is not known */
readonly deployment: string | null;
})[];
/** what each check found, the worst first */
readonly findings: readonly ({
/** its name */
readonly check: string;
readonly service: "config" | "scheduler" | "inbound-sync" | "outbound-send" | "alerting" | "console";
/** ok; warn: somebody should look; fail: something does not work */
readonly level: "ok" | "warn" | "fail";
/** what was found, in a sentence */
readonly text: string;
/** what to do now */
readonly todo?: string | undefined;
/** page in the repository that says more */
readonly runbook?: string | undefined;
})[];
};

/** As the API takes or shows it. */
export type DirectionStatus = {
readonly configured: boolean;
readonly state: "off" | "idle" | "testing" | "retesting" | "enabled.running" | "enabled.retrying" | "failed.final" | "failed.probing";
readonly enabled: boolean;
readonly verdict: "NotRun" | "Success" | "Failure";
readonly generation: number;
readonly lastTest: {
readonly at: string;
readonly outcome: "ok" | "failed";
readonly steps: readonly (TestStep)[];
} | null;
readonly attempt: number;
readonly attemptsLeft: number;
readonly lastError: ShownFailure | null;
readonly next: {
readonly at: string;
readonly why: "poll" | "retry" | "retest" | "probe" | "test-deadline";
readonly everyMs?: number | undefined;
} | null;
};

/** As the API takes or shows it. */
export type EmailAddress = string;

/** As the API takes or shows it. */
export type Failure = {
readonly kind: "transient" | "throttled" | "auth" | "consent" | "permanent" | "message" | "bug";
readonly code: FailureCode;
readonly evidence?: {
readonly host?: string | undefined;
readonly port?: number | undefined;
readonly command?: string | undefined;
readonly reply?: string | undefined;
readonly systemCode?: string | undefined;
} | undefined;
readonly retryAfterMs?: number | undefined;
};

/** As the API takes or shows it. */
export type FailureCode = "HOST_NOT_FOUND" | "NAME_SERVICE_UNAVAILABLE" | "CONNECTION_REFUSED" | "CONNECTION_TIMEOUT" | "CONNECTION_LOST" | "NETWORK_UNREACHABLE" | "PROXY_UNREACHABLE" | "PROXY_REFUSED" | "TLS_HANDSHAKE_FAILED" | "TLS_NOT_OFFERED" | "TLS_CERTIFICATE_UNTRUSTED" | "TLS_CERTIFICATE_EXPIRED" | "TLS_NAME_MISMATCH" | "PORT_SPEAKS_TLS" | "PORT_SPEAKS_PLAIN" | "NOT_THIS_PROTOCOL" | "EHLO_NAME_REFUSED" | "EHLO_NOT_OFFERED" | "SERVER_UNAVAILABLE" | "RATE_LIMITED" | "TOO_MANY_CONNECTIONS" | "MAILBOX_IN_USE" | "SENDING_LIMIT_REACHED" | "AUTHENTICATION_REJECTED" | "PROFILE_CREDENTIALS_REFUSED" | "FIRST_SIGN_IN_AWAITED" | "CREDENTIALS_MISSING" | "SIGN_IN_NEEDED" | "CREDENTIALS_FOR_ANOTHER_SERVER" | "CREDENTIALS_UNREADABLE" | "AUTHENTICATION_NOT_OFFERED" | "NTLM_CHALLENGE_REFUSED" | "TLS_TOO_WEAK" | "AUTODISCOVER_FAILED" | "IMPERSONATION_DENIED" | "DELEGATION_DENIED" | "EXCHANGE_TOO_OLD" | "CREDENTIALS_NOT_ALLOWED" | "MAILBOX_NOT_ADDRESSED" | "IMAP_SWITCHED_OFF" | "POP_SWITCHED_OFF" | "API_SWITCHED_OFF" | "APP_PASSWORD_NEEDED" | "CONSENT_MISSING" | "CONSENT_ENDED_IN_TESTING" | "CONSENT_TOO_NARROW" | "CLIENT_SECRET_MISSING" | "CLIENT_REJECTED" | "KEY_VAULT_CLIENT_REJECTED" | "KEY_VAULT_TOKEN_REFUSED" | "KEY_VAULT_ACCESS_DENIED" | "KEY_VAULT_FIREWALL" | "KEY_VAULT_CERTIFICATE_NOT_FOUND" | "KEY_VAULT_CERTIFICATE_DISABLED" | "KEY_VAULT_CERTIFICATE_UNUSABLE" | "DELEGATION_MISSING" | "CLOCK_DIFFERS" | "OAUTH_REFUSED" | "REFRESH_BUSY" | "ACCESS_DENIED" | "MAILBOX_OUT_OF_SCOPE" | "TENANT_APPROVAL_MISSING" | "ITEMS_NOT_ACCESSIBLE" | "ITEMS_OF_ANOTHER_ORGANISATION" | "PORT_NOT_ALLOWED" | "ADDRESS_NOT_ALLOWED" | "REDIRECT_REFUSED" | "ANSWER_TOO_LARGE" | "ACCOUNT_DISABLED" | "CONSENT_EXPIRED" | "MAILBOX_NOT_FOUND" | "MAILBOX_NOT_ONLINE" | "LICENCE_MISSING" | "INBOX_UNAVAILABLE" | "SENDER_REFUSED" | "RECIPIENT_REFUSED" | "MESSAGE_REFUSED" | "TEST_MESSAGE_REFUSED" | "SERVER_LACKS_EXTENSION" | "MESSAGE_NOT_STORED" | "MESSAGE_TOO_LARGE" | "MESSAGE_DEFERRED" | "MAILBOX_DELETED" | "RESTORED_FROM_BACKUP" | "SEND_DISCARDED" | "PROFILE_MISSING" | "NO_CONNECTOR" | "MAILBOX_FULL" | "RUN_LOST" | "RUN_TIMEOUT" | "MAILBOX_NOT_CONNECTED" | "LISTING_INCOMPLETE" | "PROTOCOL_ERROR" | "UNCLASSIFIED" | "INTERNAL_ERROR";

/** As the API takes or shows it. */
export type MailboxInFull = {
readonly id: string;
readonly v: number;
/** unique among mailboxes; changing it requires a new approval */
readonly address: EmailAddress;
/** for people */
readonly name?: string | undefined;
/** user: a person's; queue: shared; forward: others forward to it */
readonly kind: "user" | "queue" | "forward";
/** who owns it; changing it requires a new approval */
readonly owner?: {
/** the owner's name, for people */
readonly name?: string | undefined;
/** the person who owns the mailbox */
readonly email: EmailAddress;
} | undefined;
/** the servers it uses; the default profile if absent */
readonly profileId: string;
/** how each direction is served; the organisation's defaults if absent */
readonly deliveryMethods: {
/** how mail is received */
readonly inbound: "none" | "server-side";
/** how mail is sent */
readonly outbound: "none" | "server-side";
/** appointments, contacts and tasks, with Exchange only: Mailfleet tests access to them and marks the mailbox as its organisation's; it does not synchronise the items themselves yet */
readonly act: "none" | "server-side";
};
/** only mail that arrives after this is received; the later of profile and mailbox counts */
readonly processFrom?: string | undefined;
/** whether the credentials stored with the mailbox may be used to sign in (Dynamics 365: allowemailconnectortousecredentials) */
readonly allowToUseCredentials: boolean;
/** delete on the server what was received: only POP3, and not for users' mailboxes (Dynamics 365: processanddeleteemails) */
readonly deleteAfterProcessing: boolean;
/** user name and password of the mailbox */
readonly credentials: {
readonly username: string;
readonly setAt: string;
} | null;
readonly ownership: number;
readonly active: boolean;
readonly wanted: boolean | null;
/** in one word, how it is */
readonly lifecycle: "pendingApproval" | "rejected" | "approved" | "testing" | "enabled.running" | "enabled.retrying" | "enabled.degraded" | "disabled.byAdmin" | "disabled.byOwner" | "disabled.credentialsMissing" | "disabled.credentialsExpired" | "disabled.consentMissing" | "disabled.consentExpired" | "disabled.failed" | "inactive" | "deleted";
readonly approval: {
readonly state: "pendingApproval" | "approved" | "rejected";
readonly at?: string | undefined;
readonly by?: string | undefined;
readonly reason?: string | undefined;
};
readonly directions: {
readonly inbound: {
readonly configured: boolean;
readonly state: "off" | "idle" | "testing" | "retesting" | "enabled.running" | "enabled.retrying" | "failed.final" | "failed.probing";
readonly enabled: boolean;
readonly verdict: "NotRun" | "Success" | "Failure";
readonly generation: number;
readonly lastTest: {
readonly at: string;
readonly outcome: "ok" | "failed";
readonly steps: readonly (TestStep)[];
} | null;
readonly attempt: number;
readonly attemptsLeft: number;
readonly lastError: ShownFailure | null;
readonly next: {
readonly at: string;
readonly why: "poll" | "retry" | "retest" | "probe" | "test-deadline";
readonly everyMs?: number | undefined;
} | null;
readonly activity: {
/** when it ran last */
readonly lastRunAt: string | null;
/** how that ended */
readonly lastRunOutcome: "ok" | "failed" | null;
/** when it was last seen to work */
readonly lastProvedSuccessAt: string | null;
/** when a message of our own test came in last */
readonly lastProbeReceivedAt?: string | null | undefined;
/** how new mail is noticed: the server says so (idle), is asked on a kept connection (noop), or only the polls find it; stalled: it did not say what a poll then found */
readonly watch?: "idle" | "noop" | "polling" | "stalled" | null | undefined;
/** since when that is so */
readonly watchSince?: string | null | undefined;
/** why only the polls find it, in words */
readonly watchWhy?: string | null | undefined;
/** received, or sent, so far */
readonly messages: number;
/** messages that were left out because they are older than mail is received from */
readonly skipped?: number | undefined;
} | null;
readonly nextRunAt: string | null;
};
readonly outbound: {
readonly configured: boolean;
readonly state: "off" | "idle" | "testing" | "retesting" | "enabled.running" | "enabled.retrying" | "failed.final" | "failed.probing";
readonly enabled: boolean;
readonly verdict: "NotRun" | "Success" | "Failure";
readonly generation: number;
readonly lastTest: {
readonly at: string;
readonly outcome: "ok" | "failed";
readonly steps: readonly (TestStep)[];
} | null;
readonly attempt: number;
readonly attemptsLeft: number;
readonly lastError: ShownFailure | null;
readonly next: {
readonly at: string;
readonly why: "poll" | "retry" | "retest" | "probe" | "test-deadline";
readonly everyMs?: number | undefined;
} | null;
readonly activity: {
/** when it ran last */
readonly lastRunAt: string | null;
/** how that ended */
readonly lastRunOutcome: "ok" | "failed" | null;
/** when it was last seen to work */
readonly lastProvedSuccessAt: string | null;
/** when a message of our own test came in last */
readonly lastProbeReceivedAt?: string | null | undefined;
/** how new mail is noticed: the server says so (idle), is asked on a kept connection (noop), or only the polls find it; stalled: it did not say what a poll then found */
readonly watch?: "idle" | "noop" | "polling" | "stalled" | null | undefined;
/** since when that is so */
readonly watchSince?: string | null | undefined;
/** why only the polls find it, in words */
readonly watchWhy?: string | null | undefined;
/** received, or sent, so far */
readonly messages: number;
/** messages that were left out because they are older than mail is received from */
readonly skipped?: number | undefined;
} | null;
readonly nextRunAt: string | null;
};
readonly act: {
readonly configured: boolean;
readonly state: "off" | "idle" | "testing" | "retesting" | "enabled.running" | "enabled.retrying" | "failed.final" | "failed.probing";
readonly enabled: boolean;
readonly verdict: "NotRun" | "Success" | "Failure";
readonly generation: number;
readonly lastTest: {
readonly at: string;
readonly outcome: "ok" | "failed";
readonly steps: readonly (TestStep)[];
} | null;
readonly attempt: number;
readonly attemptsLeft: number;
readonly lastError: ShownFailure | null;
readonly next: {
readonly at: string;
readonly why: "poll" | "retry" | "retest" | "probe" | "test-deadline";
readonly everyMs?: number | undefined;
} | null;
readonly activity: {
/** when it ran last */
readonly lastRunAt: string | null;
/** how that ended */
readonly lastRunOutcome: "ok" | "failed" | null;
/** when it was last seen to work */
readonly lastProvedSuccessAt: string | null;
/** when a message of our own test came in last */
readonly lastProbeReceivedAt?: string | null | undefined;
/** how new mail is noticed: the server says so (idle), is asked on a kept connection (noop), or only the polls find it; stalled: it did not say what a poll then found */
readonly watch?: "idle" | "noop" | "polling" | "stalled" | null | undefined;
/** since when that is so */
readonly watchSince?: string | null | undefined;
/** why only the polls find it, in words */
readonly watchWhy?: string | null | undefined;
/** received, or sent, so far */
readonly messages: number;
/** messages that were left out because they are older than mail is received from */
readonly skipped?: number | undefined;
} | null;
readonly nextRunAt: string | null;
};
};
readonly createdAt: string;
readonly changedAt: string;
/** what the mailbox's user permitted by signing in; null if nobody has signed in */
readonly grant: {
/** for which mailbox */
readonly mailboxId: string;
/** raised when somebody signs in again */
readonly v: number;
/** whether it works */
readonly state: "good" | "ended";
/** the account that signed in */
readonly account: string;
/** what was permitted */
readonly scopes: readonly (string)[];
/** when */
readonly grantedAt: string;
/** who signed in */
readonly grantedBy: string;
/** when the consent ends, where that is known */
readonly expiresAt: string | null;
/** when the last access token ends */
readonly accessTokenExpiresAt: string | null;
/** when a token was last renewed */
readonly lastRefreshAt: string | null;
/** why the last renewal failed */
readonly lastRefreshFailure: {
readonly code: string;
readonly kind: "transient" | "throttled" | "auth" | "consent" | "permanent" | "message" | "bug";
readonly at: string;
readonly reply?: string | undefined;
} | null;
} | null;
/** where the mailbox's user signs in; null if the profile needs no sign-in */
readonly signInUrl: string | null;
readonly unavailable: readonly (string)[];
};

/** As the API takes or shows it. */
export type OAuthSettings = {
/** the provider of the tokens; google for the type gmail */
readonly provider: "google" | "microsoft" | "custom";
/** how tokens are granted; default sign-in */
readonly flow: "sign-in" | "application" | "service-account";
/** not for service-account */
readonly clientId?: string | undefined;
/** Microsoft */
readonly tenantId?: string | undefined;
/** Microsoft: which of its clouds; default global */
readonly cloud?: "global" | "us-government" | "us-government-dod" | "china" | undefined;
/** how the application proves itself; follows from the secret that is given */
readonly clientAuthentication: "secret" | "certificate" | "none";
/** when the client secret expires, as the provider shows it; Mailfleet warns before */
readonly clientSecretExpiresAt?: string | undefined;
/** Google: state of the consent screen */
readonly publishing?: "internal" | "testing" | "production" | undefined;
/** Google: the project that the key must belong to */
readonly projectId?: string | undefined;
/** instead of the usual ones */
readonly scopes?: readonly (string)[] | undefined;
readonly endpoints?: {
/** who signs the identities */
readonly issuer?: string | undefined;
/** where the mailbox's user signs in */
readonly authorization?: string | undefined;
/** where tokens are asked for */
readonly token?: string | undefined;
/** where a device code is asked for */
readonly deviceAuthorization?: string | undefined;
/** where the provider's mail API is */
readonly api?: string | undefined;
} | undefined;
};

/** As the API takes or shows it. */
export type Problem = {
readonly code: ProblemCode;
readonly detail: string;
readonly remedy?: string | undefined;
readonly errors?: readonly ({
readonly pointer: string;
readonly reason: string;
})[] | undefined;
readonly type: string;
readonly title: string;
readonly status: number;
/** names this request in the logs of all services */
readonly correlation: string;
};

/** As the API takes or shows it. */
export type ProblemCode = "INVALID" | "UNAUTHENTICATED" | "FORBIDDEN" | "NOT_FOUND" | "ALREADY_EXISTS" | "NOT_POSSIBLE_NOW" | "CONFLICT" | "COMMAND_ID_REUSED" | "ADDRESS_NOT_AS_SEEN" | "CODE_NOT_GOOD" | "SECRET_NEEDED_AGAIN" | "IN_USE" | "STALE_VERSION" | "AUTOMATIC_LOOP" | "TOO_LARGE" | "TOO_MANY" | "PORT_NOT_ALLOWED" | "PROFILE_FULL" | "MAILBOX_NOT_ADDRESSED" | "ACCOUNT_NOT_THE_MAILBOX" | "SIGN_IN_REFUSED" | "STATE_UNKNOWN" | "STATE_EXPIRED" | "STATE_REPLAYED" | "REDIRECT_FROM_ANOTHER_BROWSER" | "REDIRECT_FROM_ANOTHER_ORIGIN" | "KEY_UNREADABLE" | "KEY_OF_ANOTHER_KIND" | "KEY_OF_ANOTHER_PROJECT" | "KEY_WITHOUT_CLIENT_EMAIL" | "CERTIFICATE_UNUSABLE" | "TENANT_INVALID" | "URL_NOT_ALLOWED" | "PLAIN_HTTP" | "INTERNAL" | "UNAVAILABLE";

/** As the API takes or shows it. */
export type ShownFailure = {
readonly kind: "transient" | "throttled" | "auth" | "consent" | "permanent" | "message" | "bug";
readonly code: FailureCode;
readonly evidence?: {
readonly host?: string | undefined;
readonly port?: number | undefined;
readonly command?: string | undefined;
readonly reply?: string | undefined;
readonly systemCode?: string | undefined;
} | undefined;
readonly retryAfterMs?: number | undefined;
readonly text: string;
readonly remedy: string;
readonly at: string;
};

/** As the API takes or shows it. */
export type TestStep = {
readonly step: "settings" | "certificate" | "locate" | "resolve" | "connect" | "tls" | "authenticate" | "account" | "access" | "list" | "send" | "calendar" | "contacts" | "tasks" | "mark" | "receive-probe";
readonly outcome: "ok" | "failed" | "skipped";
readonly ms: number;
readonly detail?: string | undefined;
readonly code?: FailureCode | undefined;
readonly remedy?: string | undefined;
};

/** Every operation that takes and answers JSON, by method and path. Points in time are ISO 8601. */
export interface Operations {
/** List profiles; an owner sees id, name and type of the active ones that are for owners */
"GET /profiles": {
readonly path: undefined;
readonly query: {
/** 1 to 500, default 100 */
readonly limit?: number | undefined;
/** `next` of the page before */
readonly cursor?: string | undefined;
/** what is sorted by, `-` before it: the greatest first */
readonly sort?: "name" | "-name" | "createdAt" | "-createdAt" | "changedAt" | "-changedAt" | undefined;
/** yes: those whose mailboxes work; no: those that are deactivated */
readonly active?: boolean | undefined;
/** only these fields of each, separated by commas; what the schema needs besides is left out, too */
readonly fields?: string | undefined;
};
readonly body: undefined;
readonly answer: {
readonly items: readonly (Profile)[];
readonly next: string | null;
};
};
/** Create a profile; servers, ports and scopes that are left out are filled in */
"POST /profiles": {
readonly path: undefined;
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
/** unique among profiles */
readonly name: string;
/** for people */
readonly description?: string | undefined;
/** who looks after these servers, for people */
readonly contact?: string | undefined;
readonly owner?: EmailAddressInput | undefined;
/** whether an alert, mailed to the owner in any case, says that more than half of its mailboxes do not work (Dynamics 365: sendemailalert) */
readonly massFailureAlert?: boolean | undefined;
/** windows in which no notice about this profile and its mailboxes goes out; what still stands at the end of a window is told then: such as `2027-02-06T22:00/2027-02-07T04:00 Europe/Berlin`, or each week `sat,sun 22:00-04:00 Europe/Berlin` */
readonly maintenance?: readonly (string)[] | undefined;
/** whether the owners of mailboxes see it and may choose it */
readonly forOwners?: boolean | undefined;
/** gmail fills in Google's servers, ports and scopes; exchange-online fills in Microsoft Graph; exchange-server fills in Exchange Web Services by impersonation, with the credentials of the profile */
readonly type?: "other" | "gmail" | "exchange-online" | "exchange-server" | undefined;
/** how mail is fetched; what is left out is filled in; replaced whole */
readonly inbound?: {
/** how mail is fetched; imap: the standard for reading mail on its server; pop3: the older standard for fetching mail, which can delete what was fetched; gmail: Google's own interface to its mailboxes; graph: Microsoft's own interface to the mailboxes of Exchange Online; ews: the interface of Exchange on-premises to its mailboxes. Default imap */
readonly protocol?: "imap" | "pop3" | "gmail" | "graph" | "ews" | undefined;
/** name or address of the server; filled in for a known provider */
readonly host?: string | undefined;
/** the usual one for protocol and security if absent */
readonly port?: number | undefined;
/** tls: from the first byte; starttls: required after the greeting; none is for stand-ins on the same machine; default tls */
readonly security?: "none" | "starttls" | "tls" | undefined;
/** PEM certificates of a private authority */
readonly trustedCertificates?: string | undefined;
/** how Mailfleet signs in to Exchange; auto: the strongest way that the server offers; default auto */
readonly authentication?: "auto" | "negotiate" | "ntlm" | "basic" | "oauth" | undefined;
/** how the account opens a mailbox at Exchange: its own, another by impersonation, or another by its rights (delegation); default own */
readonly access?: "own" | "impersonation" | "delegation" | undefined;
/** whether the address of the API is looked up at the host */
readonly autodiscover?: boolean | undefined;
/** the address of the API, such as https://mail.example.org/EWS/Exchange.asmx */
readonly apiUrl?: string | undefined;
/** who holds the credentials for receiving */
readonly credentials?: "mailbox" | "profile" | "oauth" | undefined;
/** how the profile's credentials open each mailbox by itself: an authorization identity, or a user name made by a pattern */
readonly addressing?: {
readonly by: "authorization-identity";
} | {
readonly by: "user-name";
readonly pattern: string;
} | undefined;
} | undefined;
/** how mail is sent; what is left out is filled in; replaced whole */
readonly outbound?: {
/** how mail is sent; smtp: the standard for handing mail over; gmail: Google's own interface to its mailboxes; graph: Microsoft's own interface to the mailboxes of Exchange Online; ews: the interface of Exchange on-premises to its mailboxes. Default smtp */
readonly protocol?: "smtp" | "gmail" | "graph" | "ews" | undefined;
/** name or address of the server; filled in for a known provider */
readonly host?: string | undefined;
/** the usual one for protocol and security if absent */
readonly port?: number | undefined;
/** tls: from the first byte; starttls: required after the greeting; none is for stand-ins on the same machine; default tls */
readonly security?: "none" | "starttls" | "tls" | undefined;
/** PEM certificates of a private authority */
readonly trustedCertificates?: string | undefined;
/** how Mailfleet signs in to Exchange; auto: the strongest way that the server offers; default auto */
readonly authentication?: "auto" | "negotiate" | "ntlm" | "basic" | "oauth" | undefined;
/** how the account opens a mailbox at Exchange: its own, another by impersonation, or another by its rights (delegation); default own */
readonly access?: "own" | "impersonation" | "delegation" | undefined;
/** whether the address of the API is looked up at the host */
readonly autodiscover?: boolean | undefined;
/** the address of the API, such as https://mail.example.org/EWS/Exchange.asmx */
readonly apiUrl?: string | undefined;
/** who holds the credentials for sending; anonymous: the server accepts mail without a sign-in */
readonly credentials?: "mailbox" | "profile" | "oauth" | "anonymous" | undefined;
/** whether Exchange keeps sent mail; without it Mailfleet cannot look up an uncertain send; default yes */
readonly saveCopy?: boolean | undefined;
} | undefined;
/** whether outbound has the host, security, trusted certificates, credentials and way of signing in of inbound, and follows their changes */
readonly sameSettingsForOutgoing?: boolean | undefined;
readonly oauth?: OAuthSettingsInput | undefined;
/** only mail that arrives after this is received; the later of profile and mailbox counts */
readonly processFrom?: string | undefined;
/** lower bound between two polls */
readonly minimumPollingIntervalMinutes?: number | undefined;
/** connections at the same time for one holder of credentials */
readonly maximumConcurrentConnections?: number | undefined;
/** keep a connection on which the server announces new mail (IMAP IDLE); polls go on */
readonly watch?: boolean | undefined;
/** time until a connection must be usable */
readonly connectionTimeoutMs?: number | undefined;
/** what to do with an uncertain send that is not in the sent mail */
readonly uncertainPolicy?: "resend" | "hold" | undefined;
/** who files a copy in the sent mail; append: Mailfleet, over the mailbox's IMAP, if the server has not */
readonly sentCopy?: "server" | "append" | undefined;
/** whether reports of undeliverable mail, and messages that cannot be received, get the category Undeliverable in the mailbox; Exchange only */
readonly tagUndeliverable?: boolean | undefined;
/** the folder on the server to which received reports of undeliverable mail are moved; it is made if it is missing (Dynamics 365: moveundeliveredemails) */
readonly undeliverableFolder?: string | undefined;
/** 8-bit text for a server that does not offer 8BITMIME */
readonly eightBitPolicy?: "encode" | "send" | undefined;
/** the name with which Mailfleet greets SMTP servers (EHLO); without it, the address that the connection comes from */
readonly ehloName?: string | undefined;
/** a message that has waited longer is no longer sent */
readonly sendExpiryHours?: number | undefined;
/** the profile's own credentials for receiving */
readonly inboundCredentials?: {
readonly username: string;
/** sealed at once, never shown again */
readonly password: string;
} | undefined;
/** the profile's own credentials for sending */
readonly outboundCredentials?: {
readonly username: string;
/** sealed at once, never shown again */
readonly password: string;
} | undefined;
/** the secret, certificate or service account's key of the OAuth application */
readonly oauthSecret?: {
readonly clientSecret?: string | undefined;
/** PEM: the certificate and its private key */
readonly certificate?: string | undefined;
/** the certificate in Azure Key Vault, which is read there when it is needed */
readonly keyVault?: {
/** the vault, e.g. https://contoso.vault.azure.net */
readonly url: string;
/** name of the certificate in the vault */
readonly certificateName: string;
/** a version of it; the newest if absent, so that one that is renewed in the vault is used by itself */
readonly certificateVersion?: string | undefined;
/** the application that may read the vault's secrets (Get) */
readonly clientId: string;
/** the secret of the application that may read the vault */
readonly clientSecret: string;
} | undefined;
/** the JSON key as it was downloaded */
readonly serviceAccountKey?: string | Readonly<Record<string, unknown>> | undefined;
} | undefined;
/** the profile's next credentials for receiving */
readonly nextInboundCredentials?: {
readonly username: string;
/** sealed at once, never shown again */
readonly password: string;
} | undefined;
/** the profile's next credentials for sending */
readonly nextOutboundCredentials?: {
readonly username: string;
/** sealed at once, never shown again */
readonly password: string;
} | undefined;
/** the next secret, certificate or key of the OAuth application */
readonly nextOauthSecret?: {
readonly clientSecret?: string | undefined;
/** PEM: the certificate and its private key */
readonly certificate?: string | undefined;
/** the certificate in Azure Key Vault, which is read there when it is needed */
readonly keyVault?: {
/** the vault, e.g. https://contoso.vault.azure.net */
readonly url: string;
/** name of the certificate in the vault */
readonly certificateName: string;
/** a version of it; the newest if absent, so that one that is renewed in the vault is used by itself */
readonly certificateVersion?: string | undefined;
/** the application that may read the vault's secrets (Get) */
readonly clientId: string;
/** the secret of the application that may read the vault */
readonly clientSecret: string;
} | undefined;
/** the JSON key as it was downloaded */
readonly serviceAccountKey?: string | Readonly<Record<string, unknown>> | undefined;
} | undefined;
};
readonly answer: Profile;
};
/** Read a profile */
"GET /profiles/{profile}": {
readonly path: {
readonly profile: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: Profile;
};
/** Change a profile; what you do not name stays */
"PATCH /profiles/{profile}": {
readonly path: {
readonly profile: string;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
/** unique among profiles */
readonly name?: string | undefined;
/** for people */
readonly description?: string | null | undefined;
/** who looks after these servers, for people */
readonly contact?: string | null | undefined;
/** who also gets the notices about what only they or an administrator can repair, if the notification settings say so */
readonly owner?: EmailAddressInput | null | undefined;
/** whether an alert, mailed to the owner in any case, says that more than half of its mailboxes do not work (Dynamics 365: sendemailalert) */
readonly massFailureAlert?: boolean | undefined;
/** windows in which no notice about this profile and its mailboxes goes out; what still stands at the end of a window is told then: such as `2027-02-06T22:00/2027-02-07T04:00 Europe/Berlin`, or each week `sat,sun 22:00-04:00 Europe/Berlin` */
readonly maintenance?: readonly (string)[] | undefined;
/** whether the owners of mailboxes see it and may choose it */
readonly forOwners?: boolean | undefined;
/** how mail is fetched; what is left out is filled in; replaced whole */
readonly inbound?: {
/** how mail is fetched; imap: the standard for reading mail on its server; pop3: the older standard for fetching mail, which can delete what was fetched; gmail: Google's own interface to its mailboxes; graph: Microsoft's own interface to the mailboxes of Exchange Online; ews: the interface of Exchange on-premises to its mailboxes. Default imap */
readonly protocol?: "imap" | "pop3" | "gmail" | "graph" | "ews" | undefined;
/** name or address of the server; filled in for a known provider */
readonly host?: string | undefined;
/** the usual one for protocol and security if absent */
readonly port?: number | undefined;
/** tls: from the first byte; starttls: required after the greeting; none is for stand-ins on the same machine; default tls */
readonly security?: "none" | "starttls" | "tls" | undefined;
/** PEM certificates of a private authority */
readonly trustedCertificates?: string | undefined;
/** how Mailfleet signs in to Exchange; auto: the strongest way that the server offers; default auto */
readonly authentication?: "auto" | "negotiate" | "ntlm" | "basic" | "oauth" | undefined;
/** how the account opens a mailbox at Exchange: its own, another by impersonation, or another by its rights (delegation); default own */
readonly access?: "own" | "impersonation" | "delegation" | undefined;
/** whether the address of the API is looked up at the host */
readonly autodiscover?: boolean | undefined;
/** the address of the API, such as https://mail.example.org/EWS/Exchange.asmx */
readonly apiUrl?: string | undefined;
/** who holds the credentials for receiving */
readonly credentials?: "mailbox" | "profile" | "oauth" | undefined;
/** how the profile's credentials open each mailbox by itself: an authorization identity, or a user name made by a pattern */
readonly addressing?: {
readonly by: "authorization-identity";
} | {
readonly by: "user-name";
readonly pattern: string;
} | undefined;
} | undefined;
/** how mail is sent; what is left out is filled in; replaced whole */
readonly outbound?: {
/** how mail is sent; smtp: the standard for handing mail over; gmail: Google's own interface to its mailboxes; graph: Microsoft's own interface to the mailboxes of Exchange Online; ews: the interface of Exchange on-premises to its mailboxes. Default smtp */
readonly protocol?: "smtp" | "gmail" | "graph" | "ews" | undefined;
/** name or address of the server; filled in for a known provider */
readonly host?: string | undefined;
/** the usual one for protocol and security if absent */
readonly port?: number | undefined;
/** tls: from the first byte; starttls: required after the greeting; none is for stand-ins on the same machine; default tls */
readonly security?: "none" | "starttls" | "tls" | undefined;
/** PEM certificates of a private authority */
readonly trustedCertificates?: string | undefined;
/** how Mailfleet signs in to Exchange; auto: the strongest way that the server offers; default auto */
readonly authentication?: "auto" | "negotiate" | "ntlm" | "basic" | "oauth" | undefined;
/** how the account opens a mailbox at Exchange: its own, another by impersonation, or another by its rights (delegation); default own */
readonly access?: "own" | "impersonation" | "delegation" | undefined;
/** whether the address of the API is looked up at the host */
readonly autodiscover?: boolean | undefined;
/** the address of the API, such as https://mail.example.org/EWS/Exchange.asmx */
readonly apiUrl?: string | undefined;
/** who holds the credentials for sending; anonymous: the server accepts mail without a sign-in */
readonly credentials?: "mailbox" | "profile" | "oauth" | "anonymous" | undefined;
/** whether Exchange keeps sent mail; without it Mailfleet cannot look up an uncertain send; default yes */
readonly saveCopy?: boolean | undefined;
} | undefined;
/** whether outbound has the host, security, trusted certificates, credentials and way of signing in of inbound, and follows their changes */
readonly sameSettingsForOutgoing?: boolean | undefined;
/** how tokens are granted; replaced whole */
readonly oauth?: OAuthSettingsInput | null | undefined;
/** only mail that arrives after this is received; the later of profile and mailbox counts */
readonly processFrom?: string | null | undefined;
/** lower bound between two polls */
readonly minimumPollingIntervalMinutes?: number | undefined;
/** connections at the same time for one holder of credentials */
readonly maximumConcurrentConnections?: number | undefined;
/** keep a connection on which the server announces new mail (IMAP IDLE); polls go on */
readonly watch?: boolean | undefined;
/** time until a connection must be usable */
readonly connectionTimeoutMs?: number | undefined;
/** what to do with an uncertain send that is not in the sent mail */
readonly uncertainPolicy?: "resend" | "hold" | undefined;
/** who files a copy in the sent mail; append: Mailfleet, over the mailbox's IMAP, if the server has not */
readonly sentCopy?: "server" | "append" | undefined;
/** whether reports of undeliverable mail, and messages that cannot be received, get the category Undeliverable in the mailbox; Exchange only */
readonly tagUndeliverable?: boolean | undefined;
/** the folder on the server to which received reports of undeliverable mail are moved; it is made if it is missing (Dynamics 365: moveundeliveredemails) */
readonly undeliverableFolder?: string | null | undefined;
/** 8-bit text for a server that does not offer 8BITMIME */
readonly eightBitPolicy?: "encode" | "send" | undefined;
/** the name with which Mailfleet greets SMTP servers (EHLO); without it, the address that the connection comes from */
readonly ehloName?: string | null | undefined;
/** a message that has waited longer is no longer sent */
readonly sendExpiryHours?: number | undefined;
/** the profile's own credentials for receiving */
readonly inboundCredentials?: {
readonly username: string;
/** sealed at once, never shown again */
readonly password: string;
} | null | undefined;
/** the profile's own credentials for sending */
readonly outboundCredentials?: {
readonly username: string;
/** sealed at once, never shown again */
readonly password: string;
} | null | undefined;
/** the secret, certificate or service account's key of the OAuth application */
readonly oauthSecret?: {
readonly clientSecret?: string | undefined;
/** PEM: the certificate and its private key */
readonly certificate?: string | undefined;
/** the certificate in Azure Key Vault, which is read there when it is needed */
readonly keyVault?: {
/** the vault, e.g. https://contoso.vault.azure.net */
readonly url: string;
/** name of the certificate in the vault */
readonly certificateName: string;
/** a version of it; the newest if absent, so that one that is renewed in the vault is used by itself */
readonly certificateVersion?: string | undefined;
/** the application that may read the vault's secrets (Get) */
readonly clientId: string;
/** the secret of the application that may read the vault */
readonly clientSecret: string;
} | undefined;
/** the JSON key as it was downloaded */
readonly serviceAccountKey?: string | Readonly<Record<string, unknown>> | undefined;
} | null | undefined;
/** the profile's next credentials for receiving */
readonly nextInboundCredentials?: {
readonly username: string;
/** sealed at once, never shown again */
readonly password: string;
} | null | undefined;
/** the profile's next credentials for sending */
readonly nextOutboundCredentials?: {
readonly username: string;
/** sealed at once, never shown again */
readonly password: string;
} | null | undefined;
/** the next secret, certificate or key of the OAuth application */
readonly nextOauthSecret?: {
readonly clientSecret?: string | undefined;
/** PEM: the certificate and its private key */
readonly certificate?: string | undefined;
/** the certificate in Azure Key Vault, which is read there when it is needed */
readonly keyVault?: {
/** the vault, e.g. https://contoso.vault.azure.net */
readonly url: string;
/** name of the certificate in the vault */
readonly certificateName: string;
/** a version of it; the newest if absent, so that one that is renewed in the vault is used by itself */
readonly certificateVersion?: string | undefined;
/** the application that may read the vault's secrets (Get) */
readonly clientId: string;
/** the secret of the application that may read the vault */
readonly clientSecret: string;
} | undefined;
/** the JSON key as it was downloaded */
readonly serviceAccountKey?: string | Readonly<Record<string, unknown>> | undefined;
} | null | undefined;
};
readonly answer: Profile;
};
/** Delete a profile that no mailbox uses */
"DELETE /profiles/{profile}": {
readonly path: {
readonly profile: string;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: undefined;
readonly answer: undefined;
};
/** Let the profile's mailboxes work again */
"POST /profiles/{profile}/activate": {
readonly path: {
readonly profile: string;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: undefined;
readonly answer: Profile;
};
/** Stop all mailboxes of the profile */
"POST /profiles/{profile}/deactivate": {
readonly path: {
readonly profile: string;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: undefined;
readonly answer: Profile;
};
/** Make it the profile of mailboxes that name none */
"POST /profiles/{profile}/make-default": {
readonly path: {
readonly profile: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: {
readonly profileId: string;
/** the default profile until now; null: there was none */
readonly before: string | null;
};
};
/** Connect and sign in once in each direction, and say what each step found; changes nothing, sends nothing */
"POST /profiles/{profile}/test-connection": {
readonly path: {
readonly profile: string;
};
readonly query: undefined;
readonly body: {
/** the mailbox to sign in for, if the profile needs one */
readonly mailboxId?: string | undefined;
/** only this one */
readonly direction?: "inbound" | "outbound" | undefined;
/** with the profile's next secrets; once the test passes for a mailbox, switch-to-next is possible */
readonly next?: boolean | undefined;
} | undefined;
readonly answer: {
readonly outcome: "ok" | "partial" | "failed";
readonly at: string;
/** the mailbox that was named for it */
readonly mailbox: EmailAddress | null;
readonly directions: readonly ({
readonly direction: "inbound" | "outbound";
/** protocol, host, port and security */
readonly server: string;
readonly outcome: "ok" | "partial" | "failed";
readonly steps: readonly (TestStep)[];
})[];
};
};
/** Replace the present secrets by the next ones; no mailbox stops */
"POST /profiles/{profile}/switch-to-next": {
readonly path: {
readonly profile: string;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
/** when the new client secret expires */
readonly clientSecretExpiresAt?: string | undefined;
} | undefined;
readonly answer: Profile;
};
/** Set the profile's own credentials for receiving */
"PUT /profiles/{profile}/inbound-credentials": {
readonly path: {
readonly profile: string;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
readonly username: string;
/** sealed at once, never shown again */
readonly password: string;
};
readonly answer: Profile;
};
/** Remove the profile's own credentials for receiving */
"DELETE /profiles/{profile}/inbound-credentials": {
readonly path: {
readonly profile: string;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: undefined;
readonly answer: Profile;
};
/** Set the profile's own credentials for sending */
"PUT /profiles/{profile}/outbound-credentials": {
readonly path: {
readonly profile: string;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
readonly username: string;
/** sealed at once, never shown again */
readonly password: string;
};
readonly answer: Profile;
};
/** Remove the profile's own credentials for sending */
"DELETE /profiles/{profile}/outbound-credentials": {
readonly path: {
readonly profile: string;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: undefined;
readonly answer: Profile;
};
/** Set the secret, certificate or service account's key of the OAuth application */
"PUT /profiles/{profile}/oauth-secret": {
readonly path: {
readonly profile: string;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
readonly clientSecret?: string | undefined;
/** PEM: the certificate and its private key */
readonly certificate?: string | undefined;
/** the certificate in Azure Key Vault, which is read there when it is needed */
readonly keyVault?: {
/** the vault, e.g. https://contoso.vault.azure.net */
readonly url: string;
/** name of the certificate in the vault */
readonly certificateName: string;
/** a version of it; the newest if absent, so that one that is renewed in the vault is used by itself */
readonly certificateVersion?: string | undefined;
/** the application that may read the vault's secrets (Get) */
readonly clientId: string;
/** the secret of the application that may read the vault */
readonly clientSecret: string;
} | undefined;
/** the JSON key as it was downloaded */
readonly serviceAccountKey?: string | Readonly<Record<string, unknown>> | undefined;
};
readonly answer: Profile;
};
/** Remove the secret, certificate or service account's key of the OAuth application */
"DELETE /profiles/{profile}/oauth-secret": {
readonly path: {
readonly profile: string;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: undefined;
readonly answer: Profile;
};
/** Set the profile's next credentials for receiving */
"PUT /profiles/{profile}/next-inbound-credentials": {
readonly path: {
readonly profile: string;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
readonly username: string;
/** sealed at once, never shown again */
readonly password: string;
};
readonly answer: Profile;
};
/** Remove the profile's next credentials for receiving */
"DELETE /profiles/{profile}/next-inbound-credentials": {
readonly path: {
readonly profile: string;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: undefined;
readonly answer: Profile;
};
/** Set the profile's next credentials for sending */
"PUT /profiles/{profile}/next-outbound-credentials": {
readonly path: {
readonly profile: string;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
readonly username: string;
/** sealed at once, never shown again */
readonly password: string;
};
readonly answer: Profile;
};
/** Remove the profile's next credentials for sending */
"DELETE /profiles/{profile}/next-outbound-credentials": {
readonly path: {
readonly profile: string;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: undefined;
readonly answer: Profile;
};
/** Set the next secret, certificate or key of the OAuth application */
"PUT /profiles/{profile}/next-oauth-secret": {
readonly path: {
readonly profile: string;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
readonly clientSecret?: string | undefined;
/** PEM: the certificate and its private key */
readonly certificate?: string | undefined;
/** the certificate in Azure Key Vault, which is read there when it is needed */
readonly keyVault?: {
/** the vault, e.g. https://contoso.vault.azure.net */
readonly url: string;
/** name of the certificate in the vault */
readonly certificateName: string;
/** a version of it; the newest if absent, so that one that is renewed in the vault is used by itself */
readonly certificateVersion?: string | undefined;
/** the application that may read the vault's secrets (Get) */
readonly clientId: string;
/** the secret of the application that may read the vault */
readonly clientSecret: string;
} | undefined;
/** the JSON key as it was downloaded */
readonly serviceAccountKey?: string | Readonly<Record<string, unknown>> | undefined;
};
readonly answer: Profile;
};
/** Remove the next secret, certificate or key of the OAuth application */
"DELETE /profiles/{profile}/next-oauth-secret": {
readonly path: {
readonly profile: string;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: undefined;
readonly answer: Profile;
};
/** List mailboxes; an owner sees their own */
"GET /mailboxes": {
readonly path: undefined;
readonly query: {
/** 1 to 500, default 100 */
readonly limit?: number | undefined;
/** `next` of the page before */
readonly cursor?: string | undefined;
/** what is sorted by, `-` before it: the greatest first */
readonly sort?: "address" | "-address" | "createdAt" | "-createdAt" | "changedAt" | "-changedAt" | undefined;
/** a lifecycle word; `enabled` and `disabled` stand for all of their kind */
readonly lifecycle?: "pendingApproval" | "rejected" | "approved" | "testing" | "enabled.running" | "enabled.retrying" | "enabled.degraded" | "disabled.byAdmin" | "disabled.byOwner" | "disabled.credentialsMissing" | "disabled.credentialsExpired" | "disabled.consentMissing" | "disabled.consentExpired" | "disabled.failed" | "inactive" | "deleted" | "enabled" | "disabled" | undefined;
readonly profileId?: string | undefined;
readonly kind?: "user" | "queue" | "forward" | undefined;
/** yes: those that are active; no: those that are deactivated */
readonly active?: boolean | undefined;
/** part of the address or name */
readonly search?: string | undefined;
/** only these fields of each, separated by commas; what the schema needs besides is left out, too */
readonly fields?: string | undefined;
};
readonly body: undefined;
readonly answer: {
readonly items: readonly (Mailbox)[];
readonly next: string | null;
};
};
/** Create a mailbox, with its credentials if they are known */
"POST /mailboxes": {
readonly path: undefined;
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
readonly address: EmailAddressInput;
/** for people */
readonly name?: string | undefined;
/** user: a person's; queue: shared; forward: others forward to it */
readonly kind?: "user" | "queue" | "forward" | undefined;
/** who owns it; changing it requires a new approval */
readonly owner?: {
/** the owner's name, for people */
readonly name?: string | undefined;
readonly email: EmailAddressInput;
} | undefined;
/** the servers it uses; the default profile if absent */
readonly profileId?: string | undefined;
/** how each direction is served; the organisation's defaults if absent */
readonly deliveryMethods?: {
/** how mail is received; in a new mailbox none if absent */
readonly inbound?: "none" | "server-side" | undefined;
/** how mail is sent; in a new mailbox none if absent */
readonly outbound?: "none" | "server-side" | undefined;
/** appointments, contacts and tasks, with Exchange only: Mailfleet tests access to them and marks the mailbox as its organisation's; it does not synchronise the items themselves yet; in a new mailbox the organisation's default if absent */
readonly act?: "none" | "server-side" | undefined;
} | undefined;
/** only mail that arrives after this is received; the later of profile and mailbox counts */
readonly processFrom?: string | undefined;
/** whether the credentials stored with the mailbox may be used to sign in (Dynamics 365: allowemailconnectortousecredentials) */
readonly allowToUseCredentials?: boolean | undefined;
/** delete on the server what was received: only POP3, and not for users' mailboxes (Dynamics 365: processanddeleteemails) */
readonly deleteAfterProcessing?: boolean | undefined;
/** user name and password of the mailbox */
readonly credentials?: {
readonly username: string;
/** sealed at once, never shown again */
readonly password: string;
} | undefined;
};
readonly answer: Mailbox;
};
/** Read a mailbox with its last and next runs, its user's consent and the link to sign in */
"GET /mailboxes/{mailbox}": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: MailboxInFull;
};
/** Change a mailbox; what you do not name stays. Owners may change profile and delivery methods */
"PATCH /mailboxes/{mailbox}": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
readonly address?: EmailAddressInput | undefined;
/** for people */
readonly name?: string | null | undefined;
/** who owns it; changing it requires a new approval */
readonly owner?: {
/** the owner's name, for people */
readonly name?: string | undefined;
readonly email: EmailAddressInput;
} | null | undefined;
/** the servers it uses; the default profile if absent */
readonly profileId?: string | undefined;
/** how each direction is served; the organisation's defaults if absent */
readonly deliveryMethods?: {
/** how mail is received; in a new mailbox none if absent */
readonly inbound?: "none" | "server-side" | undefined;
/** how mail is sent; in a new mailbox none if absent */
readonly outbound?: "none" | "server-side" | undefined;
/** appointments, contacts and tasks, with Exchange only: Mailfleet tests access to them and marks the mailbox as its organisation's; it does not synchronise the items themselves yet; in a new mailbox the organisation's default if absent */
readonly act?: "none" | "server-side" | undefined;
} | undefined;
/** only mail that arrives after this is received; the later of profile and mailbox counts */
readonly processFrom?: string | null | undefined;
/** whether the credentials stored with the mailbox may be used to sign in (Dynamics 365: allowemailconnectortousecredentials) */
readonly allowToUseCredentials?: boolean | undefined;
/** delete on the server what was received: only POP3, and not for users' mailboxes (Dynamics 365: processanddeleteemails) */
readonly deleteAfterProcessing?: boolean | undefined;
/** user name and password of the mailbox */
readonly credentials?: {
readonly username: string;
/** sealed at once, never shown again */
readonly password: string;
} | null | undefined;
};
readonly answer: Mailbox;
};
/** Delete a mailbox; the server's mail is not touched */
"DELETE /mailboxes/{mailbox}": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: undefined;
readonly answer: undefined;
};
/** Approve the mailbox with the address that the approver saw */
"POST /mailboxes/{mailbox}/approve": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
readonly address: EmailAddressInput;
};
readonly answer: Mailbox;
};
/** Send a code to the mailbox's own address, with which its owner approves it; good for 15 minutes */
"POST /mailboxes/{mailbox}/send-code": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: {
readonly sentTo: EmailAddress;
/** when it is too late to use it */
readonly endsAt: string;
};
};
/** Approve the mailbox with the code that was sent to its address: it proves that the mailbox is the owner's */
"POST /mailboxes/{mailbox}/approve-by-code": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: undefined;
readonly body: {
/** as it stands in the mail */
readonly code: string;
};
readonly answer: Mailbox;
};
/** Reject the mailbox with a reason */
"POST /mailboxes/{mailbox}/reject": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
readonly reason: string;
};
readonly answer: Mailbox;
};
/** Ask again for approval after a rejection */
"POST /mailboxes/{mailbox}/resubmit": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: undefined;
readonly answer: Mailbox;
};
/** Test the mailbox; this does not enable one that was not enabled before */
"POST /mailboxes/{mailbox}/test": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
/** all configured ones if absent */
readonly directions?: readonly ("inbound" | "outbound" | "act")[] | undefined;
} | undefined;
readonly answer: Mailbox;
};
/** Test the mailbox and enable what passes */
"POST /mailboxes/{mailbox}/test-and-enable": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
/** all configured ones if absent */
readonly directions?: readonly ("inbound" | "outbound" | "act")[] | undefined;
/** synchronise appointments, contacts and tasks only from this organisation, even if the mailbox has another organisation's mark; not for owners */
readonly takeOver?: boolean | undefined;
} | undefined;
readonly answer: Mailbox;
};
/** Give the mailbox the organisation's default profile and delivery methods, then test and enable it */
"POST /mailboxes/{mailbox}/apply-defaults": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
/** test and enable it afterwards */
readonly test?: boolean | undefined;
} | undefined;
readonly answer: Mailbox;
};
/** Stop the mailbox; it stays as it is until it is tested and enabled again */
"POST /mailboxes/{mailbox}/disable": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: undefined;
readonly answer: Mailbox;
};
/** Make the mailbox active again */
"POST /mailboxes/{mailbox}/activate": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: undefined;
readonly answer: Mailbox;
};
/** Make the mailbox inactive */
"POST /mailboxes/{mailbox}/deactivate": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: undefined;
readonly answer: Mailbox;
};
/** Run the enabled directions at once */
"POST /mailboxes/{mailbox}/sync-now": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
/** all configured ones if absent */
readonly directions?: readonly ("inbound" | "outbound" | "act")[] | undefined;
} | undefined;
readonly answer: Mailbox;
};
/** Count the mailboxes by their life-cycle word */
"GET /mailboxes/counts": {
readonly path: undefined;
readonly query: undefined;
readonly body: undefined;
readonly answer: {
readonly total: number;
/** only words that some mailbox has */
readonly lifecycle: Readonly<Record<string, number>>;
};
};
/** The last transitions, newest first */
"GET /mailboxes/{mailbox}/history": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: {
readonly items: readonly ({
readonly v: number;
readonly at: string;
readonly event: string;
readonly from: string;
readonly to: string;
readonly cause?: string | undefined;
readonly by?: string | undefined;
})[];
};
};
/** Set user name and password of the mailbox */
"PUT /mailboxes/{mailbox}/credentials": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
readonly username: string;
/** sealed at once, never shown again */
readonly password: string;
};
readonly answer: Mailbox;
};
/** Remove user name and password of the mailbox */
"DELETE /mailboxes/{mailbox}/credentials": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: undefined;
readonly answer: Mailbox;
};
/** Begin the sign-in of the mailbox's user: by device code, or just the link to the page */
"POST /mailboxes/{mailbox}/sign-in": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: undefined;
readonly body: {
readonly method: "device" | "link";
};
readonly answer: {
readonly userCode: string;
readonly verificationUri: string;
readonly verificationUriComplete: string | null;
readonly expiresAt: string;
readonly intervalMs: number;
readonly method: "device";
readonly consentId: string;
} | {
readonly method: "link";
readonly signInUrl: string;
};
};
/** Check whether the user has entered the device code; not more often than intervalMs says */
"POST /mailboxes/{mailbox}/sign-in/{consentId}/poll": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
readonly consentId: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: {
readonly state: "pending" | "done";
readonly intervalMs: number;
readonly grant: {
/** for which mailbox */
readonly mailboxId: string;
/** raised when somebody signs in again */
readonly v: number;
/** whether it works */
readonly state: "good" | "ended";
/** the account that signed in */
readonly account: string;
/** what was permitted */
readonly scopes: readonly (string)[];
/** when */
readonly grantedAt: string;
/** who signed in */
readonly grantedBy: string;
/** when the consent ends, where that is known */
readonly expiresAt: string | null;
/** when the last access token ends */
readonly accessTokenExpiresAt: string | null;
/** when a token was last renewed */
readonly lastRefreshAt: string | null;
/** why the last renewal failed */
readonly lastRefreshFailure: {
readonly code: string;
readonly kind: "transient" | "throttled" | "auth" | "consent" | "permanent" | "message" | "bug";
readonly at: string;
readonly reply?: string | undefined;
} | null;
} | null;
};
};
/** Forget the permission that the mailbox's user gave by signing in */
"DELETE /mailboxes/{mailbox}/grant": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: undefined;
};
/** List the messages of a mailbox, newest first */
"GET /mailboxes/{mailbox}/messages": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: {
/** 1 to 500, default 100 */
readonly limit?: number | undefined;
/** `next` of the page before */
readonly cursor?: string | undefined;
/** what is sorted by, `-` before it: the greatest first */
readonly sort?: "storedAt" | "-storedAt" | undefined;
/** stored at or after this time */
readonly since?: string | undefined;
/** only these fields of each, separated by commas; what the schema needs besides is left out, too */
readonly fields?: string | undefined;
};
readonly body: undefined;
readonly answer: {
readonly items: readonly (Message)[];
readonly next: string | null;
};
};
/** Read what the headers of a message say */
"GET /messages/{mailboxId}/{nativeId}": {
readonly path: {
readonly mailboxId: string;
/** the part of the message's id after the slash */
readonly nativeId: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: Message;
};
/** Read text, HTML and attachments' names, parsed within limits */
"GET /messages/{mailboxId}/{nativeId}/body": {
readonly path: {
readonly mailboxId: string;
/** the part of the message's id after the slash */
readonly nativeId: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: {
readonly text: string | null;
readonly html: string | null;
readonly attachments: readonly ({
readonly filename: string | null;
readonly contentType: string;
readonly size: number;
})[];
readonly unparsed: string | null;
};
};
/** List the messages that the server did not hand over, or that could not be stored, and when each is tried again */
"GET /mailboxes/{mailbox}/messages/set-aside": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: {
readonly items: readonly ({
/** the server's name for it */
readonly name: string;
/** how often it was tried */
readonly tries: number;
/** when it was first refused */
readonly since: string;
/** when it is tried again, with the poll that follows */
readonly nextAt: string;
/** why it was refused the last time */
readonly words: string;
})[];
};
};
/** Try the messages that are set aside now, without waiting for the next attempt */
"POST /mailboxes/{mailbox}/messages/fetch-again": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: {
/** how many messages */
readonly tried: number;
};
};
/** Read how the whole folder compared with what was received, at the last audit */
"GET /mailboxes/{mailbox}/messages/balance": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: {
/** when it was audited; null: not yet */
readonly at: string | null;
/** how many messages the server says there are */
readonly says: number | null;
/** how many it lists */
readonly lists: number | null;
/** how many of them had never been accounted for */
readonly missing: number | null;
/** how many of these were received then */
readonly fetched: number | null;
};
};
/** Audit the mailbox now: compare the whole folder with what was received, and receive what is missing */
"POST /mailboxes/{mailbox}/messages/audit": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: {
/** false: the mailbox was never read */
readonly asked: boolean;
};
};
/** Read the inbox through another profile, or from another date on, and count which messages were handed over before, which would be new and which are too old; receives nothing */
"POST /mailboxes/{mailbox}/messages/compare": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: undefined;
readonly body: {
/** the profile to try, by its id */
readonly profileId: string;
/** as if mail were received from then on; as it is configured if absent */
readonly processFrom?: string | undefined;
};
readonly answer: {
/** false: an earlier comparison is still under way */
readonly begun: boolean;
};
};
/** Read how far the last comparison is, and what it found */
"GET /mailboxes/{mailbox}/messages/comparison": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: {
/** the profile by which the inbox was read; null: it was never compared */
readonly profileId: string | null;
readonly begunAt: string | null;
/** null: not yet */
readonly endedAt: string | null;
/** how many messages are there */
readonly has: number;
/** how many of them were handed over before */
readonly known: number;
/** how many would be handed over as new */
readonly fresh: number;
/** how many came before the date from which mail is received */
readonly older: number;
/** how many the server does not give */
readonly refused: number;
/** how many messages of the mailbox were handed over so far */
readonly handedOver: number;
/** why the inbox could not be read */
readonly failure: ShownFailure | null;
};
};
/** Publish `mail.received` again for stored messages, for a consumer that has lost its data */
"POST /messages/republish": {
readonly path: undefined;
readonly query: undefined;
readonly body: {
/** stored at or after this time */
readonly since: string;
/** only this one */
readonly mailboxId?: string | undefined;
};
readonly answer: {
readonly published: number;
};
};
/** List sends, newest first */
"GET /sends": {
readonly path: undefined;
readonly query: {
/** 1 to 500, default 100 */
readonly limit?: number | undefined;
/** `next` of the page before */
readonly cursor?: string | undefined;
/** what is sorted by, `-` before it: the greatest first */
readonly sort?: "acceptedAt" | "-acceptedAt" | undefined;
readonly state?: "accepted" | "sending" | "deferred" | "waiting" | "uncertain" | "sent" | "failed" | "expired" | undefined;
readonly mailboxId?: string | undefined;
/** only these fields of each, separated by commas; what the schema needs besides is left out, too */
readonly fields?: string | undefined;
};
readonly body: undefined;
readonly answer: {
readonly items: readonly (Send)[];
readonly next: string | null;
};
};
/** Read a send with its attempts */
"GET /sends/{send}": {
readonly path: {
readonly send: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: Send;
};
/** Send an uncertain message again with the same Message-ID, or try a failed or waiting one now */
"POST /sends/{send}/release": {
readonly path: {
readonly send: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: Send;
};
/** Give up a message that is not sent yet */
"POST /sends/{send}/discard": {
readonly path: {
readonly send: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: Send;
};
/** Find mail by Message-ID, sender, recipient or subject, newest first */
"GET /mail": {
readonly path: undefined;
readonly query: {
/** 1 to 500, default 100 */
readonly limit?: number | undefined;
/** `next` of the page before */
readonly cursor?: string | undefined;
/** its Message-ID, with or without angle brackets */
readonly messageId?: string | undefined;
/** the sender's address */
readonly from?: string | undefined;
/** the address of one of its recipients */
readonly to?: string | undefined;
/** what its subject contains */
readonly subject?: string | undefined;
/** received or submitted at or after this time */
readonly since?: string | undefined;
readonly mailboxId?: string | undefined;
/** only these fields of each, separated by commas; what the schema needs besides is left out, too */
readonly fields?: string | undefined;
};
readonly body: undefined;
readonly answer: {
readonly items: readonly (Mail)[];
readonly next: string | null;
};
};
/** Read what happened to a message: accepted, tried, sent; received, stored, announced */
"GET /mail/{mail}": {
readonly path: {
readonly mail: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: Mail;
};
/** Count received, sent and failed mail by minute (of two days) or by hour (of five weeks), the oldest first */
"GET /throughput": {
readonly path: undefined;
readonly query: {
/** minute, the default, or hour */
readonly by?: "minute" | "hour" | undefined;
/** how many slots, the present one included: 1 to 1440, default 120 */
readonly last?: number | undefined;
};
readonly body: undefined;
readonly answer: {
readonly items: readonly ({
/** when the slot began */
readonly at: string;
/** messages that were stored */
readonly received: number;
/** sends that a server accepted */
readonly sent: number;
/** sends that failed or expired */
readonly failed: number;
/** mean time from arrival at the server until stored; null: there was nothing */
readonly receivedDelayMs: number | null;
/** mean time from acceptance until sent; null: there was nothing */
readonly sentDelayMs: number | null;
})[];
};
};
/** List incidents, the latest first */
"GET /incidents": {
readonly path: undefined;
readonly query: {
/** 1 to 500, default 100 */
readonly limit?: number | undefined;
/** `next` of the page before */
readonly cursor?: string | undefined;
/** what is sorted by, `-` before it: the greatest first */
readonly sort?: "firstAt" | "-firstAt" | "changedAt" | "-changedAt" | undefined;
readonly state?: "raised" | "cleared" | undefined;
readonly severity?: "error" | "warning" | "information" | undefined;
readonly code?: string | undefined;
/** id of the profile, mailbox, service, stream or send */
readonly objectId?: string | undefined;
/** only these fields of each, separated by commas; what the schema needs besides is left out, too */
readonly fields?: string | undefined;
};
readonly body: undefined;
readonly answer: {
readonly items: readonly (Incident)[];
readonly next: string | null;
};
};
/** Read an incident */
"GET /incidents/{incident}": {
readonly path: {
readonly incident: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: Incident;
};
/** Take an incident and its alerts off the wall; what is reported again comes back */
"DELETE /incidents/{incident}": {
readonly path: {
readonly incident: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: undefined;
};
/** Say that you look after it, so that it does not escalate */
"POST /incidents/{incident}/acknowledge": {
readonly path: {
readonly incident: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: Incident;
};
/** Send no notice about it for a while */
"POST /incidents/{incident}/mute": {
readonly path: {
readonly incident: string;
};
readonly query: undefined;
readonly body: {
/** why, for those who look at it later */
readonly reason: string;
/** when notices begin again */
readonly until: string;
};
readonly answer: Incident;
};
/** Send notices about it again */
"POST /incidents/{incident}/unmute": {
readonly path: {
readonly incident: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: Incident;
};
/** Acknowledge, mute, unmute or delete many incidents: those of a list, or all raised ones of a profile or code */
"POST /incidents/settle": {
readonly path: undefined;
readonly query: undefined;
readonly body: {
readonly verb: "acknowledge" | "mute" | "unmute" | "delete";
readonly ids?: readonly (string)[] | undefined;
readonly profile?: string | undefined;
readonly code?: string | undefined;
/** why, for those who look at it later */
readonly reason?: string | undefined;
/** when notices begin again */
readonly until?: string | undefined;
};
readonly answer: {
/** how many incidents */
readonly settled: number;
};
};
/** List alerts, the latest first */
"GET /alerts": {
readonly path: undefined;
readonly query: {
/** 1 to 500, default 100 */
readonly limit?: number | undefined;
/** `next` of the page before */
readonly cursor?: string | undefined;
/** what is sorted by, `-` before it: the greatest first */
readonly sort?: "firstAt" | "-firstAt" | "lastAt" | "-lastAt" | undefined;
readonly state?: "raised" | "cleared" | undefined;
readonly severity?: "error" | "warning" | "information" | undefined;
readonly code?: string | undefined;
/** id of an incident */
readonly incidentId?: string | undefined;
/** id of the mailbox, profile, service, stream or send */
readonly objectId?: string | undefined;
/** only these fields of each, separated by commas; what the schema needs besides is left out, too */
readonly fields?: string | undefined;
};
readonly body: undefined;
readonly answer: {
readonly items: readonly (Alert)[];
readonly next: string | null;
};
};
/** Read an alert */
"GET /alerts/{alert}": {
readonly path: {
readonly alert: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: Alert;
};
/** Take an alert off the wall; if it is reported again, it comes back */
"DELETE /alerts/{alert}": {
readonly path: {
readonly alert: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: undefined;
};
/** List dead letters */
"GET /dead-letters": {
readonly path: undefined;
readonly query: {
/** 1 to 500, default 100 */
readonly limit?: number | undefined;
/** `next` of the page before */
readonly cursor?: string | undefined;
/** what is sorted by, `-` before it: the greatest first */
readonly sort?: "at" | "-at" | undefined;
readonly state?: "waiting" | "replayed" | "discarded" | undefined;
/** only these fields of each, separated by commas; what the schema needs besides is left out, too */
readonly fields?: string | undefined;
};
readonly body: undefined;
readonly answer: {
readonly items: readonly (DeadLetter)[];
readonly next: string | null;
};
};
/** Read a dead letter */
"GET /dead-letters/{deadLetter}": {
readonly path: {
readonly deadLetter: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: DeadLetter;
};
/** Publish it again where it came from */
"POST /dead-letters/{deadLetter}/replay": {
readonly path: {
readonly deadLetter: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: DeadLetter;
};
/** Give it up */
"POST /dead-letters/{deadLetter}/discard": {
readonly path: {
readonly deadLetter: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: DeadLetter;
};
/** List subscriptions */
"GET /subscriptions": {
readonly path: undefined;
readonly query: {
/** 1 to 500, default 100 */
readonly limit?: number | undefined;
/** `next` of the page before */
readonly cursor?: string | undefined;
/** what is sorted by, `-` before it: the greatest first */
readonly sort?: "name" | "-name" | "createdAt" | "-createdAt" | undefined;
/** only these fields of each, separated by commas; what the schema needs besides is left out, too */
readonly fields?: string | undefined;
};
readonly body: undefined;
readonly answer: {
readonly items: readonly (Subscription)[];
readonly next: string | null;
};
};
/** Create a subscription */
"POST /subscriptions": {
readonly path: undefined;
readonly query: undefined;
readonly body: {
/** unique among subscriptions */
readonly name: string;
/** whether Mailfleet calls the program, or the program asks */
readonly kind: "webhook" | "pull";
/** where a webhook goes; http only to networks that the installation allows */
readonly url?: string | undefined;
/** which facts; all if none is named */
readonly types?: readonly ("mailbox.created.v1" | "mailbox.changed.v1" | "mailbox.transitioned.v1" | "mailbox.tested.v1" | "mailbox.deleted.v1" | "profile.created.v1" | "profile.changed.v1" | "profile.deleted.v1" | "job.started.v1" | "job.progressed.v1" | "job.ended.v1" | "mail.received.v1" | "mail.probe-received.v1" | "mail.report-received.v1" | "mail.answer-received.v1" | "mail.sent.v1" | "mail.deferred.v1" | "mail.waiting.v1" | "mail.uncertain.v1" | "mail.failed.v1" | "mail.expired.v1" | "mail.undeliverable.v1" | "mail.answered.v1" | "run.step.v1" | "run.finished.v1" | "alert.changed.v1" | "incident.changed.v1")[] | undefined;
/** whether it gets facts; those of the time between are kept for 14 days */
readonly active?: boolean | undefined;
/** what the webhook's signatures are made with; a former one signs for a day longer */
readonly signingSecret?: {
/** sealed at once, never shown again */
readonly secret: string;
} | undefined;
};
readonly answer: Subscription;
};
/** Read a subscription */
"GET /subscriptions/{subscription}": {
readonly path: {
readonly subscription: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: Subscription;
};
/** Change a subscription; what you do not name stays */
"PATCH /subscriptions/{subscription}": {
readonly path: {
readonly subscription: string;
};
readonly query: undefined;
readonly body: {
/** unique among subscriptions */
readonly name?: string | undefined;
/** where a webhook goes; http only to networks that the installation allows */
readonly url?: string | null | undefined;
/** which facts; all if none is named */
readonly types?: readonly ("mailbox.created.v1" | "mailbox.changed.v1" | "mailbox.transitioned.v1" | "mailbox.tested.v1" | "mailbox.deleted.v1" | "profile.created.v1" | "profile.changed.v1" | "profile.deleted.v1" | "job.started.v1" | "job.progressed.v1" | "job.ended.v1" | "mail.received.v1" | "mail.probe-received.v1" | "mail.report-received.v1" | "mail.answer-received.v1" | "mail.sent.v1" | "mail.deferred.v1" | "mail.waiting.v1" | "mail.uncertain.v1" | "mail.failed.v1" | "mail.expired.v1" | "mail.undeliverable.v1" | "mail.answered.v1" | "run.step.v1" | "run.finished.v1" | "alert.changed.v1" | "incident.changed.v1")[] | undefined;
/** whether it gets facts; those of the time between are kept for 14 days */
readonly active?: boolean | undefined;
/** what the webhook's signatures are made with; a former one signs for a day longer */
readonly signingSecret?: {
/** sealed at once, never shown again */
readonly secret: string;
} | null | undefined;
};
readonly answer: Subscription;
};
/** Delete a subscription with its deliveries */
"DELETE /subscriptions/{subscription}": {
readonly path: {
readonly subscription: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: undefined;
};
/** Send a test event to the webhook */
"POST /subscriptions/{subscription}/test": {
readonly path: {
readonly subscription: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: {
readonly deliveryId: string;
};
};
/** Deliver again what was delivered or given up since a time */
"POST /subscriptions/{subscription}/replay": {
readonly path: {
readonly subscription: string;
};
readonly query: undefined;
readonly body: {
/** when the facts happened, at most 14 days ago */
readonly since: string;
};
readonly answer: {
/** how many */
readonly again: number;
};
};
/** Read the next facts; without an acknowledgement the same come again */
"GET /subscriptions/{subscription}/facts": {
readonly path: {
readonly subscription: string;
};
readonly query: {
/** at most so many */
readonly max?: number | undefined;
/** seconds to wait for the first one */
readonly wait?: number | undefined;
};
readonly body: undefined;
readonly answer: {
readonly facts: readonly ({
/** the same whenever and however the fact comes: by it a repetition is recognised */
readonly id: string;
readonly type: "mailbox.created.v1" | "mailbox.changed.v1" | "mailbox.transitioned.v1" | "mailbox.tested.v1" | "mailbox.deleted.v1" | "profile.created.v1" | "profile.changed.v1" | "profile.deleted.v1" | "job.started.v1" | "job.progressed.v1" | "job.ended.v1" | "mail.received.v1" | "mail.probe-received.v1" | "mail.report-received.v1" | "mail.answer-received.v1" | "mail.sent.v1" | "mail.deferred.v1" | "mail.waiting.v1" | "mail.uncertain.v1" | "mail.failed.v1" | "mail.expired.v1" | "mail.undeliverable.v1" | "mail.answered.v1" | "run.step.v1" | "run.finished.v1" | "alert.changed.v1" | "incident.changed.v1";
/** when it happened, ISO 8601 */
readonly timestamp: string;
readonly mailboxId?: string | undefined;
/** its place in the stream of facts */
readonly sequence: number;
readonly data: unknown;
})[];
/** to acknowledge them all; null if there are none */
readonly last: number | null;
/** true where facts that were not read yet are not kept any more */
readonly missed: boolean;
};
};
/** Say that facts were handled, up to this one */
"POST /subscriptions/{subscription}/acknowledge": {
readonly path: {
readonly subscription: string;
};
readonly query: undefined;
readonly body: {
/** `last` of the answer, or `sequence` of a fact */
readonly last: number;
};
readonly answer: Record<never, never>;
};
/** Set what the webhook's signatures are made with; a former one signs for a day longer */
"PUT /subscriptions/{subscription}/signing-secret": {
readonly path: {
readonly subscription: string;
};
readonly query: undefined;
readonly body: {
/** sealed at once, never shown again */
readonly secret: string;
};
readonly answer: Subscription;
};
/** Remove what the webhook's signatures are made with; a former one signs for a day longer */
"DELETE /subscriptions/{subscription}/signing-secret": {
readonly path: {
readonly subscription: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: Subscription;
};
/** List deliveries, the latest facts first */
"GET /deliveries": {
readonly path: undefined;
readonly query: {
/** 1 to 500, default 100 */
readonly limit?: number | undefined;
/** `next` of the page before */
readonly cursor?: string | undefined;
/** what is sorted by, `-` before it: the greatest first */
readonly sort?: "at" | "-at" | undefined;
readonly subscriptionId?: string | undefined;
readonly state?: "pending" | "delivered" | "failed" | undefined;
/** only these fields of each, separated by commas; what the schema needs besides is left out, too */
readonly fields?: string | undefined;
};
readonly body: undefined;
readonly answer: {
readonly items: readonly (Delivery)[];
readonly next: string | null;
};
};
/** Read a delivery */
"GET /deliveries/{delivery}": {
readonly path: {
readonly delivery: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: Delivery;
};
/** Deliver it again */
"POST /deliveries/{delivery}/replay": {
readonly path: {
readonly delivery: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: Delivery;
};
/** List jobs, newest first */
"GET /jobs": {
readonly path: undefined;
readonly query: {
/** 1 to 500, default 100 */
readonly limit?: number | undefined;
/** `next` of the page before */
readonly cursor?: string | undefined;
/** what is sorted by, `-` before it: the greatest first */
readonly sort?: "createdAt" | "-createdAt" | undefined;
/** only these fields of each, separated by commas; what the schema needs besides is left out, too */
readonly fields?: string | undefined;
};
readonly body: undefined;
readonly answer: {
readonly items: readonly (Job)[];
readonly next: string | null;
};
};
/** Give a command to many mailboxes, by list, filter or former job; it is done in the background */
"POST /jobs": {
readonly path: undefined;
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
/** what is asked of each mailbox: any command of one */
readonly verb: "approve" | "reject" | "resubmit" | "test" | "test-and-enable" | "apply-defaults" | "disable" | "activate" | "deactivate" | "sync-now" | "update" | "delete" | "import";
/** what the command takes, as for one mailbox */
readonly input?: {
/** of reason */
readonly reason?: string | undefined;
/** all configured ones if absent */
readonly directions?: readonly ("inbound" | "outbound" | "act")[] | undefined;
/** test and enable it afterwards */
readonly test?: boolean | undefined;
/** of change */
readonly change?: {
/** for people */
readonly name?: string | null | undefined;
/** who owns it; changing it requires a new approval */
readonly owner?: {
/** the owner's name, for people */
readonly name?: string | undefined;
readonly email: EmailAddressInput;
} | null | undefined;
/** the servers it uses; the default profile if absent */
readonly profileId?: string | undefined;
/** how each direction is served; the organisation's defaults if absent */
readonly deliveryMethods?: {
/** how mail is received; in a new mailbox none if absent */
readonly inbound?: "none" | "server-side" | undefined;
/** how mail is sent; in a new mailbox none if absent */
readonly outbound?: "none" | "server-side" | undefined;
/** appointments, contacts and tasks, with Exchange only: Mailfleet tests access to them and marks the mailbox as its organisation's; it does not synchronise the items themselves yet; in a new mailbox the organisation's default if absent */
readonly act?: "none" | "server-side" | undefined;
} | undefined;
/** only mail that arrives after this is received; the later of profile and mailbox counts */
readonly processFrom?: string | null | undefined;
/** whether the credentials stored with the mailbox may be used to sign in (Dynamics 365: allowemailconnectortousecredentials) */
readonly allowToUseCredentials?: boolean | undefined;
/** delete on the server what was received: only POP3, and not for users' mailboxes (Dynamics 365: processanddeleteemails) */
readonly deleteAfterProcessing?: boolean | undefined;
} | undefined;
/** change mailboxes that are there already; else they are refused */
readonly update?: boolean | undefined;
} | undefined;
/** which mailboxes: these */
readonly mailboxIds?: readonly (string)[] | undefined;
/** which mailboxes: those with these addresses; one that there is not is a result, too */
readonly addresses?: readonly (string)[] | undefined;
/** which mailboxes: all that this finds, as in their list; {} finds all */
readonly filter?: {
/** what is sorted by, `-` before it: the greatest first */
readonly sort?: "address" | "-address" | "createdAt" | "-createdAt" | "changedAt" | "-changedAt" | undefined;
/** a lifecycle word; `enabled` and `disabled` stand for all of their kind */
readonly lifecycle?: "pendingApproval" | "rejected" | "approved" | "testing" | "enabled.running" | "enabled.retrying" | "enabled.degraded" | "disabled.byAdmin" | "disabled.byOwner" | "disabled.credentialsMissing" | "disabled.credentialsExpired" | "disabled.consentMissing" | "disabled.consentExpired" | "disabled.failed" | "inactive" | "deleted" | "enabled" | "disabled" | undefined;
readonly profileId?: string | undefined;
readonly kind?: "user" | "queue" | "forward" | undefined;
/** yes: those that are active; no: those that are deactivated */
readonly active?: boolean | undefined;
/** part of the address or name */
readonly search?: string | undefined;
} | undefined;
/** which mailboxes: those that refused in this job, or whose test did not pass */
readonly failedOf?: string | undefined;
/** how many mailboxes are meant: with another number nothing begins; needed to delete */
readonly count?: number | undefined;
};
readonly answer: Job;
};
/** Read a job with its results so far */
"GET /jobs/{job}": {
readonly path: {
readonly job: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: Job;
};
/** End a job; mailboxes that have the command already keep it */
"POST /jobs/{job}/cancel": {
readonly path: {
readonly job: string;
};
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: undefined;
readonly answer: Job;
};
/** List the results of a job, in the order of its mailboxes */
"GET /jobs/{job}/results": {
readonly path: {
readonly job: string;
};
readonly query: {
/** yes: only of mailboxes that refused the command, or whose test did not pass */
readonly failed?: boolean | undefined;
/** 1 to 500, default 100 */
readonly limit?: number | undefined;
/** `next` of the page before */
readonly cursor?: string | undefined;
};
readonly body: undefined;
readonly answer: {
readonly items: readonly ({
readonly mailboxId: string;
readonly line?: number | undefined;
readonly address?: string | undefined;
readonly ok: boolean;
readonly problem?: {
readonly code: ProblemCode;
readonly detail: string;
readonly remedy?: string | undefined;
readonly errors?: readonly ({
readonly pointer: string;
readonly reason: string;
})[] | undefined;
} | undefined;
readonly tests?: {
readonly inbound?: {
readonly outcome: "running" | "ok" | "failed" | "stopped";
readonly code?: string | undefined;
readonly text?: string | undefined;
readonly remedy?: string | undefined;
readonly reply?: string | undefined;
} | undefined;
readonly outbound?: {
readonly outcome: "running" | "ok" | "failed" | "stopped";
readonly code?: string | undefined;
readonly text?: string | undefined;
readonly remedy?: string | undefined;
readonly reply?: string | undefined;
} | undefined;
readonly act?: {
readonly outcome: "running" | "ok" | "failed" | "stopped";
readonly code?: string | undefined;
readonly text?: string | undefined;
readonly remedy?: string | undefined;
readonly reply?: string | undefined;
} | undefined;
} | undefined;
readonly changes?: readonly ({
readonly name: string;
readonly from: string;
readonly to: string;
})[] | undefined;
})[];
readonly next: string | null;
};
};
/** List erasures, newest first */
"GET /erasures": {
readonly path: undefined;
readonly query: {
/** 1 to 500, default 100 */
readonly limit?: number | undefined;
/** `next` of the page before */
readonly cursor?: string | undefined;
/** what is sorted by, `-` before it: the greatest first */
readonly sort?: "createdAt" | "-createdAt" | undefined;
/** only these fields of each, separated by commas; what the schema needs besides is left out, too */
readonly fields?: string | undefined;
};
readonly body: undefined;
readonly answer: {
readonly items: readonly (Erasure)[];
readonly next: string | null;
};
};
/** Erase a mailbox for good, with its mail, secrets and history, everywhere; it must not be enabled */
"POST /erasures": {
readonly path: undefined;
readonly query: undefined;
readonly body: {
/** the mailbox */
readonly mailboxId: string;
readonly address: EmailAddressInput;
};
readonly answer: Erasure;
};
/** Read how far an erasure is, and how much was removed */
"GET /erasures/{erasure}": {
readonly path: {
readonly erasure: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: Erasure;
};
/** Read the settings */
"GET /settings": {
readonly path: undefined;
readonly query: undefined;
readonly body: undefined;
readonly answer: Settings;
};
/** Change the settings; what you do not name stays */
"PATCH /settings": {
readonly path: undefined;
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
/** whether a person's mailbox must be approved before it works */
readonly approvalRequiredForUsers?: boolean | undefined;
/** whether a queue or forwarder must be approved before it works */
readonly approvalRequiredForQueues?: boolean | undefined;
/** whether the owner of a person's mailbox may approve it with a code that is sent to its address */
readonly selfApproval?: boolean | undefined;
/** profile for mailboxes that name none */
readonly defaultProfileId?: string | null | undefined;
/** how mail is received for new mailboxes that name no methods */
readonly inboundDeliveryMethod?: "none" | "server-side" | undefined;
/** how mail is sent for new mailboxes that name no methods; a mailbox that others forward to sends nothing */
readonly outboundDeliveryMethod?: "none" | "server-side" | undefined;
/** default for appointments, contacts and tasks of new user mailboxes with an Exchange profile */
readonly actDeliveryMethod?: "none" | "server-side" | undefined;
/** the name that other installations show when they find this one's mark in a mailbox */
readonly organisationName?: string | null | undefined;
/** when to try again; what you do not name stays */
readonly retryPolicy?: {
/** retries after which a temporary failure stops a direction */
readonly maximumAttempts?: number | undefined;
/** milliseconds between two attempts */
readonly retryMs?: number | undefined;
/** milliseconds between two polls of a mailbox */
readonly pollMs?: number | undefined;
/** milliseconds between two light checks of a direction that has stopped */
readonly probeMs?: number | undefined;
/** milliseconds after which a test without a result is lost; a worker's own deadline is shorter */
readonly testDeadlineMs?: number | undefined;
/** milliseconds after which refused credentials are tried once more */
readonly secondChanceMs?: number | undefined;
/** longest Retry-After of a server, in milliseconds, that Mailfleet follows */
readonly longestRetryAfterMs?: number | undefined;
/** milliseconds of only throttling after which an alert says so */
readonly throttledAlertMs?: number | undefined;
/** milliseconds of only throttling after which a direction stops */
readonly throttledEndMs?: number | undefined;
} | undefined;
/** the largest message that may be sent, with its attachments, in kilobytes of 1024 bytes; a larger one is refused */
readonly maximumMessageKilobytes?: number | undefined;
/** the largest single attachment that may be sent, before it is encoded, in kilobytes of 1024 bytes; a message with a larger one is refused; signed and encrypted messages are not opened for it, and what is received has no such limit */
readonly maximumAttachmentKilobytes?: number | undefined;
/** days that received and sent messages are kept */
readonly messageRetentionDays?: number | undefined;
/** ports that connections may go to: a preset, a list, or null for all */
readonly allowedOutboundPorts?: "us-government" | readonly (number)[] | null | undefined;
/** networks besides the public Internet that mail servers may be in; link-local and metadata addresses are never allowed */
readonly allowedNetworks?: readonly (string)[] | undefined;
};
readonly answer: Settings;
};
/** Read the settings that a new organisation begins with */
"GET /settings/defaults": {
readonly path: undefined;
readonly query: undefined;
readonly body: undefined;
readonly answer: Settings;
};
/** Say which profiles could not connect any more if only these ports were allowed; changes nothing */
"POST /settings/check-ports": {
readonly path: undefined;
readonly query: undefined;
readonly body: {
readonly allowedOutboundPorts: "us-government" | readonly (number)[] | null;
};
readonly answer: {
readonly items: readonly ({
readonly profileId: string;
readonly name: string;
/** how many mailboxes use it */
readonly mailboxes: number;
/** which of its ports would not be allowed */
readonly ports: readonly (number)[];
})[];
};
};
/** Read how notices are sent */
"GET /settings/notifications": {
readonly path: undefined;
readonly query: undefined;
readonly body: undefined;
readonly answer: NotificationSettings;
};
/** Change how notices are sent; what you do not name stays. The change is made as a whole or not at all */
"PATCH /settings/notifications": {
readonly path: undefined;
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
/** whether mail about alerts is sent */
readonly enabled?: boolean | undefined;
/** by SMTP through a relay, or by the provider's mail API */
readonly mode?: "smtp" | "api" | undefined;
/** the mail server of the mode smtp; replaced whole */
readonly relay?: {
/** name or address of the relay */
readonly host: string;
/** its port */
readonly port?: number | undefined;
/** tls: from the first byte; starttls: required after the greeting */
readonly security?: "none" | "starttls" | "tls" | undefined;
/** PEM certificates of a private authority */
readonly trustedCertificates?: string | undefined;
/** absent: as it is; at first basic if there are credentials, else none */
readonly authentication?: "none" | "basic" | "oauth" | undefined;
/** for oauth; the sender if absent */
readonly username?: string | null | undefined;
} | null | undefined;
/** the application that gets tokens; replaced whole */
readonly application?: {
/** for api, and for oauth at a relay */
readonly provider: "microsoft" | "google";
/** Microsoft */
readonly tenantId?: string | undefined;
/** Microsoft */
readonly clientId?: string | undefined;
/** Google: the project that the key must belong to */
readonly projectId?: string | undefined;
/** instead of the usual ones */
readonly scopes?: readonly (string)[] | undefined;
readonly endpoints?: {
/** who signs the identities */
readonly issuer?: string | undefined;
/** where the mailbox's user signs in */
readonly authorization?: string | undefined;
/** where tokens are asked for */
readonly token?: string | undefined;
/** where a device code is asked for */
readonly deviceAuthorization?: string | undefined;
/** where the provider's mail API is */
readonly api?: string | undefined;
} | undefined;
} | null | undefined;
readonly from?: EmailAddressInput | undefined;
/** the recipients */
readonly to?: readonly (EmailAddressInput)[] | undefined;
/** which alerts the recipients get mail about: errors, warnings */
readonly recipientSeverities?: readonly ("error" | "warning")[] | undefined;
/** the language of notices for whoever has none of their own */
readonly language?: "en" | "de" | "ja" | "it" | undefined;
/** languages of single recipients, owners included: an address or a domain with its language, such as `@example.jp ja` */
readonly recipientLanguages?: readonly (string)[] | undefined;
/** hours of the day in which mail waits until they are over; mail about errors does not, unless they say so; replaced whole */
readonly quietHours?: {
/** when they begin, such as 22:00 */
readonly from: string;
/** when they end, such as 07:00 */
readonly to: string;
/** where these times are meant, such as Europe/Berlin */
readonly timeZone: string;
/** whether mail about errors waits, too */
readonly errors?: boolean | undefined;
} | null | undefined;
/** windows in which no notice goes out; alerts stay on the wall, and what still stands at the end of a window is told then: such as `2027-02-06T22:00/2027-02-07T04:00 Europe/Berlin`, or each week `sat,sun 22:00-04:00 Europe/Berlin` */
readonly maintenance?: readonly (string)[] | undefined;
/** who gets mail about an incident that nobody has acknowledged in time, if anybody */
readonly escalateTo?: readonly (EmailAddressInput)[] | undefined;
/** how long an incident may be raised until it is told to them, in minutes */
readonly escalateAfterMinutes?: number | undefined;
/** how many mails about incidents are sent in an hour; the others wait for the next one, if they still matter then */
readonly noticesPerHour?: number | undefined;
/** how many days an alert or incident is shown after its end, from then on; 14 at least, as long as facts may still report it */
readonly alertRetentionDays?: number | undefined;
/** whether the owner of a mailbox or of a profile also gets the notices about what only they or an administrator can repair */
readonly notifyOwners?: boolean | undefined;
/** which mail owners get, if any: about errors, about warnings, and the information that a test and enable passed */
readonly ownerSeverities?: readonly ("error" | "warning" | "information")[] | undefined;
/** how the mails look */
readonly format?: "html" | "text" | undefined;
/** when the application's secret expires, at most 24 months ahead; Mailfleet warns before */
readonly secretExpiresAt?: string | null | undefined;
/** user name and password at the relay */
readonly credentials?: {
readonly username: string;
/** sealed at once, never shown again */
readonly password: string;
} | null | undefined;
/** the secret, certificate or service account's key of the application */
readonly oauthSecret?: {
readonly clientSecret?: string | undefined;
/** PEM: the certificate and its private key */
readonly certificate?: string | undefined;
/** the certificate in Azure Key Vault, which is read there when it is needed */
readonly keyVault?: {
/** the vault, e.g. https://contoso.vault.azure.net */
readonly url: string;
/** name of the certificate in the vault */
readonly certificateName: string;
/** a version of it; the newest if absent, so that one that is renewed in the vault is used by itself */
readonly certificateVersion?: string | undefined;
/** the application that may read the vault's secrets (Get) */
readonly clientId: string;
/** the secret of the application that may read the vault */
readonly clientSecret: string;
} | undefined;
/** the JSON key as it was downloaded */
readonly serviceAccountKey?: string | Readonly<Record<string, unknown>> | undefined;
} | null | undefined;
};
readonly answer: NotificationSettings;
};
/** Send a test message to all recipients with the saved settings, and say what each step found */
"POST /settings/notifications/test": {
readonly path: undefined;
readonly query: undefined;
readonly body: undefined;
readonly answer: {
readonly outcome: "ok" | "failed";
readonly at: string;
readonly from: EmailAddress | null;
readonly to: readonly (EmailAddress)[];
readonly messageId: string;
readonly steps: readonly (TestStep)[];
};
};
/** Set user name and password at the relay */
"PUT /settings/notifications/credentials": {
readonly path: undefined;
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
readonly username: string;
/** sealed at once, never shown again */
readonly password: string;
};
readonly answer: NotificationSettings;
};
/** Remove user name and password at the relay */
"DELETE /settings/notifications/credentials": {
readonly path: undefined;
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: undefined;
readonly answer: NotificationSettings;
};
/** Set the secret, certificate or service account's key of the application */
"PUT /settings/notifications/oauth-secret": {
readonly path: undefined;
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: {
readonly clientSecret?: string | undefined;
/** PEM: the certificate and its private key */
readonly certificate?: string | undefined;
/** the certificate in Azure Key Vault, which is read there when it is needed */
readonly keyVault?: {
/** the vault, e.g. https://contoso.vault.azure.net */
readonly url: string;
/** name of the certificate in the vault */
readonly certificateName: string;
/** a version of it; the newest if absent, so that one that is renewed in the vault is used by itself */
readonly certificateVersion?: string | undefined;
/** the application that may read the vault's secrets (Get) */
readonly clientId: string;
/** the secret of the application that may read the vault */
readonly clientSecret: string;
} | undefined;
/** the JSON key as it was downloaded */
readonly serviceAccountKey?: string | Readonly<Record<string, unknown>> | undefined;
};
readonly answer: NotificationSettings;
};
/** Remove the secret, certificate or service account's key of the application */
"DELETE /settings/notifications/oauth-secret": {
readonly path: undefined;
readonly query: {
/** true: decide and answer, change nothing */
readonly dryRun?: boolean | undefined;
};
readonly body: undefined;
readonly answer: NotificationSettings;
};
/** List tokens, without their secrets */
"GET /tokens": {
readonly path: undefined;
readonly query: {
/** 1 to 500, default 100 */
readonly limit?: number | undefined;
/** `next` of the page before */
readonly cursor?: string | undefined;
/** what is sorted by, `-` before it: the greatest first */
readonly sort?: "name" | "-name" | "createdAt" | "-createdAt" | undefined;
/** only these fields of each, separated by commas; what the schema needs besides is left out, too */
readonly fields?: string | undefined;
};
readonly body: undefined;
readonly answer: {
readonly items: readonly (Token)[];
readonly next: string | null;
};
};
/** Make a token; its secret is in this answer and never shown again */
"POST /tokens": {
readonly path: undefined;
readonly query: undefined;
readonly body: {
/** so that people know later what it is for */
readonly name: string;
/** what it may do */
readonly role: "administrator" | "approver" | "operator" | "reader" | "owner";
/** the mailboxes of an owner; only for that role, and needed there */
readonly mailboxIds?: readonly (string)[] | undefined;
/** only mailboxes of these profiles exist for it; not for administrators and owners */
readonly profileIds?: readonly (string)[] | undefined;
/** only mailboxes of these domains exist for it; not for administrators and owners */
readonly domains?: readonly (string)[] | undefined;
/** of what its role may do, only these operations, such as `incident.acknowledge` or `incident.*` */
readonly only?: readonly (string)[] | undefined;
/** Mailfleet refuses it from then on */
readonly expiresAt?: string | undefined;
};
readonly answer: Token;
};
/** Delete a token; Mailfleet refuses it from then on */
"DELETE /tokens/{token}": {
readonly path: {
readonly token: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: undefined;
};
/** List the browsers and command lines in which somebody is signed in */
"GET /sessions": {
readonly path: undefined;
readonly query: {
/** 1 to 500, default 100 */
readonly limit?: number | undefined;
/** `next` of the page before */
readonly cursor?: string | undefined;
/** what is sorted by, `-` before it: the greatest first */
readonly sort?: "name" | "-name" | "createdAt" | "-createdAt" | undefined;
/** only these fields of each, separated by commas; what the schema needs besides is left out, too */
readonly fields?: string | undefined;
};
readonly body: undefined;
readonly answer: {
readonly items: readonly (Session)[];
readonly next: string | null;
};
};
/** End a session: its browser or command line is signed out from then on */
"DELETE /sessions/{session}": {
readonly path: {
readonly session: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: undefined;
};
/** List what was done, the latest first; `-o jsonl` exports it */
"GET /audit": {
readonly path: undefined;
readonly query: {
/** 1 to 500, default 100 */
readonly limit?: number | undefined;
/** `next` of the page before */
readonly cursor?: string | undefined;
/** what is sorted by, `-` before it: the greatest first */
readonly sort?: "at" | "-at" | undefined;
/** name or id of who gave the command */
readonly by?: string | undefined;
/** such as mailbox.approve */
readonly operation?: string | undefined;
/** id of what was changed */
readonly objectId?: string | undefined;
readonly outcome?: "accepted" | "refused" | undefined;
/** not before */
readonly since?: string | undefined;
/** before */
readonly until?: string | undefined;
/** id of a mailbox that it concerns */
readonly mailboxId?: string | undefined;
/** only these fields of each, separated by commas; what the schema needs besides is left out, too */
readonly fields?: string | undefined;
};
readonly body: undefined;
readonly answer: {
readonly items: readonly (Audit)[];
readonly next: string | null;
};
};
/** Read one entry */
"GET /audit/{audit}": {
readonly path: {
readonly audit: string;
};
readonly query: undefined;
readonly body: undefined;
readonly answer: Audit;
};
/** Have all services check themselves; what does not work comes first */
"GET /checkup": {
readonly path: undefined;
readonly query: undefined;
readonly body: undefined;
readonly answer: Checkup;
};
/** Read the metrics and the last log lines of one process of each service */
"GET /checkup/describe": {
readonly path: undefined;
readonly query: undefined;
readonly body: undefined;
readonly answer: {
readonly items: readonly ({
readonly metrics: string;
readonly log: readonly (string)[];
readonly service: "config" | "scheduler" | "inbound-sync" | "outbound-send" | "alerting" | "console";
})[];
};
};
/** Have all services publish again what follows from their documents, after NATS was lost or a backup restored */
"POST /checkup/repair": {
readonly path: undefined;
readonly query: undefined;
readonly body: undefined;
readonly answer: {
readonly items: readonly ({
readonly what: string;
readonly count: number;
readonly service: "config" | "scheduler" | "inbound-sync" | "outbound-send" | "alerting" | "console";
})[];
};
};
/** Send a message; with `Idempotency-Key` a repetition gives the first answer */
"POST /mailboxes/{mailbox}/sends": {
readonly path: {
/** id or address */
readonly mailbox: string | EmailAddressInput;
};
readonly query: {
/** recipients of a body of type message/rfc822; several, or separated by commas */
readonly to?: string | readonly (string)[] | undefined;
};
readonly body: {
/** defaults to the mailbox's address */
readonly from?: string | undefined;
readonly to: readonly (EmailAddressInput | {
/** as people read it; it is encoded */
readonly name?: string | null | undefined;
readonly address: EmailAddressInput;
/** those of one group stand together (RFC 5322 §3.4) */
readonly group?: string | undefined;
})[];
readonly cc?: readonly (EmailAddressInput | {
/** as people read it; it is encoded */
readonly name?: string | null | undefined;
readonly address: EmailAddressInput;
/** those of one group stand together (RFC 5322 §3.4) */
readonly group?: string | undefined;
})[] | undefined;
readonly bcc?: readonly (EmailAddressInput | {
/** as people read it; it is encoded */
readonly name?: string | null | undefined;
readonly address: EmailAddressInput;
/** those of one group stand together (RFC 5322 §3.4) */
readonly group?: string | undefined;
})[] | undefined;
readonly replyTo?: EmailAddressInput | {
/** as people read it; it is encoded */
readonly name?: string | null | undefined;
readonly address: EmailAddressInput;
/** those of one group stand together (RFC 5322 §3.4) */
readonly group?: string | undefined;
} | undefined;
readonly subject?: string | undefined;
/** the Message-ID of the message that it answers */
readonly inReplyTo?: string | undefined;
/** a program answers, no person: it is marked as such, and not sent if it would make a loop (RFC 3834) */
readonly automatic?: true | undefined;
readonly text?: string | undefined;
readonly html?: string | undefined;
readonly attachments?: readonly ({
readonly filename: string;
readonly contentType?: string | undefined;
readonly contentBase64: string;
})[] | undefined;
} | {
readonly to: readonly (EmailAddressInput)[];
readonly rawBase64: string;
};
readonly answer: Send;
};
}
