/** The language of the system: subjects, streams, messages, requests, resources and the closed lists of codes. */

import "./reasons.ts";

export { Activity } from "./activity/activity.ts";
export { Alert, alert } from "./alert/alert.ts";
export { AlertObject } from "./alert/object.ts";
export { type AlertCode, alertCodes } from "./alert-codes.ts";
export type { AuditEntry } from "./audit/audit.ts";
export type { Checkup } from "./checkup/checkup.ts";
export { Connection, ConnectionCredentials, passwordSealedFor } from "./connection/connection.ts";
export type { TestEnd } from "./connection-test/connection-test.ts";
export {
  type ActProtocol,
  connectorDescriptors,
  InboundProtocol,
  OutboundProtocol,
  type Protocol,
  usualProtocol,
} from "./connectors/connectors.ts";
export type { ConnectorDescriptor } from "./connectors/descriptor.ts";
export { readCsvLine, type Separator, separatorOf, withoutApostrophe, writeCsvLine } from "./csv/line.ts";
export { DeadLetter, deadLetter } from "./dead-letter/dead-letter.ts";
export type { Delivery } from "./delivery/delivery.ts";
export { DeploymentMark } from "./deployment/mark.ts";
export { type EnvelopeContext, headerNames, type OutgoingMessage } from "./envelope.ts";
export { type Erasure, erasure } from "./erasure/erasure.ts";
export { type FailPoint, type FailPointName, failPointNames, noFailPoint } from "./fail-point.ts";
export { Evidence, Failure, FailureError, failureOf } from "./failure.ts";
export { type FailureCode, failureCodes } from "./failure-codes.ts";
export { Grant } from "./grant/grant.ts";
export type { Finding, Repaired, ServiceHealth } from "./health/health.ts";
export { AlertId, CommandId, Instant, idPrefixOf, MailboxId, ProfileId } from "./ids.ts";
export { Incident, incident } from "./incident/incident.ts";
export { type JobVerb, jobInput, jobVerbs, namesAddress } from "./job/inputs.ts";
export { type Job, type JobResult, job, jobFailed, type NewJob } from "./job/job.ts";
export { type ImportLine, linesAtOnce, type PlacedLine } from "./job/lines.ts";
export { leaseMs, lengthsOf } from "./lengths.ts";
export type { Logger } from "./logger.ts";
export { searchKeys, subjectFits, wantedKeys } from "./mail/criteria.ts";
export { type FoundMail, type MailEvent, type MailTrail, shownRecipients } from "./mail/found-mail.ts";
export {
  cellOfValue,
  columnNamed,
  credentialColumns,
  type MailboxColumn,
  mailboxColumns,
  partAt,
  valueOfCell,
} from "./mailbox/columns.ts";
export { type Mailbox, type MailboxChange, mailbox, type NewMailbox } from "./mailbox/mailbox.ts";
export { DirectionStatus, EmailAddress, HistoryEntry, ShownFailure, TestStep } from "./mailbox/shown.ts";
export { readWindow } from "./maintenance/window.ts";
export type { Comparison } from "./message/comparison.ts";
export { addressesText, MailAddress } from "./message/mail-address.ts";
export { message, ReceivedMessage } from "./message/message.ts";
export { forwardedText, undeliverableText } from "./message/undeliverable.ts";
export { DeadLetterBody } from "./messages/alert-facts.ts";
export { type MessageBody, type MessageType, messageTypes, readMessage } from "./messages/index.ts";

export { AlertCleared, AlertRaised, DirectionSummary } from "./messages/mailbox-facts.ts";
export { RunRequested } from "./messages/run-messages.ts";
export {
  applicationDestination,
  NotificationApplication,
  NotificationSettings,
  NotificationTest,
  notificationSettings,
  type QuietHours,
  RelayAuthentication,
  relayDestination,
} from "./notification-settings/notification-settings.ts";
export type { AnyNoun, Standard } from "./noun/declaration.ts";
export { bare, type Field, field } from "./noun/field.ts";
export { type Leaf, leavesOf, ruleOf, rulesOf } from "./noun/leaves.ts";
export { noun } from "./noun/noun.ts";
export { type Impact, type Operation, operation } from "./noun/operation.ts";
export { type Destinations, paged, sortField } from "./noun/request-fields.ts";
export {
  Sealed,
  SealedCredentials,
  SealedMailboxCredentials,
  type SealPurpose,
  sealedAs,
  sealedFor,
  secretDestination,
  serverDestination,
  tokenDestination,
} from "./noun/sealed.ts";
export { Credentials, credentials, type SecretField, type SigningSecret } from "./noun/secret-field.ts";
export { camel, kebab, sentenceOf } from "./noun/words.ts";
export { nouns } from "./nouns.ts";
export { inCloud } from "./oauth/microsoft-clouds.ts";
export {
  type CertificateShown,
  type KeyVaultReference,
  OAuthClient,
  OAuthSettings,
  SealedOAuthSecret,
  ServiceAccountShown,
  TenantId,
} from "./oauth/oauth.ts";
export { OAuthSecret } from "./oauth/oauth-secret.ts";
export { PoisonMessage } from "./poison.ts";
export { invalid, Problem, type ProblemCode, ProblemError, problemCodes } from "./problem.ts";
export type { ConnectionTest } from "./profile/connection-test.ts";
export { type NewProfile, type Profile, type ProfileChange, type ProfileSettings, profile } from "./profile/profile.ts";
export { ProfileType, profileTypeOf } from "./profile/profile-type.ts";
export { type Access, type Authentication, InboundServer, OutboundServer } from "./profile/server.ts";
export { maximumMailboxesPerGmailProfile, outboundPortPresets, providerPresets } from "./provider-presets.ts";
export { redactSecrets } from "./redact.ts";
export {
  Reply,
  type RequestArguments,
  type RequestInput,
  type RequestName,
  type RequestOutput,
  requestAddress,
  requests,
} from "./requests.ts";
export {
  enoughFor,
  type FleetRole,
  includesPart,
  isEnough,
  isNamed,
  isPartOf,
  type NeededRole,
  type Part,
  Role,
  roles,
} from "./roles.ts";
export { Secret } from "./secret.ts";
export {
  ComposedContent,
  ComposedSubmission,
  RawContent,
  type Recipient,
  type SubmittedContent,
} from "./send/content.ts";
export { Send } from "./send/send.ts";
export type { Session, SignedInBy } from "./session/session.ts";
export { RetryPolicy } from "./settings/retry-policy.ts";
export { privateNetworks, type Settings, settings } from "./settings/settings.ts";
export {
  apart,
  innerSpan,
  moment,
  type SpanFields,
  span,
  traceIds,
  traceparent,
} from "./span.ts";
export { type ConsumerDefinition, consumers, type StreamDefinition, type StreamName, streams } from "./streams.ts";
export {
  type AlertFact,
  alertFacts,
  factsAbout,
  type IncidentFact,
  incidentFacts,
  type JobFact,
  jobFacts,
  type MailboxFact,
  type MailFact,
  mailboxFacts,
  mailFacts,
  type ParsedSubject,
  type ProfileFact,
  parseSubject,
  profileFacts,
  requestsTo,
  runFacts,
  subjects,
  subjectsOfAny,
  subjectsOfMailbox,
} from "./subjects.ts";
export { subjectsOfFacts } from "./subscription/fact-types.ts";
export { type SubscribedFact, type Subscription, subscription } from "./subscription/subscription.ts";
export { networkFailureCode, systemCodeOf } from "./system-codes.ts";
export {
  type Counted,
  type Throughput,
  type ThroughputSlot,
  throughputSlots,
} from "./throughput/throughput.ts";
export { TimerDelivery, TimerSet } from "./timer/messages.ts";
export { type NewToken, type Token, token } from "./token/token.ts";
export { blocking, expand, lacking, type TopologyStep } from "./topology-step.ts";
export { naming } from "./traces/naming.ts";
export type { Removed } from "./traces/traces.ts";
export { inPieces, type Upload, uploadPieceBytes } from "./upload/upload.ts";
export { vendorCodes } from "./vendor-codes.ts";
export {
  Direction,
  DirectionState,
  directionStates,
  directions,
  EightBitPolicy,
  type Language,
  LifecycleWord,
  lifecycleWords,
  Purpose,
  perDirection,
  purposes,
  Security,
  SendState,
  ServiceName,
  serviceNames,
  severities,
  Verdict,
} from "./vocabulary.ts";
