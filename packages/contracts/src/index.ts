/** The language of the system: subjects, streams, messages, requests, resources and the closed lists of codes. */

export { Alert } from "./alert/alert.ts";
export { AlertObject } from "./alert/object.ts";
export { type AlertCode, type AlertCodeEntry, alertCodes, otherAlertCodes } from "./alert-codes.ts";
export {
  connectorDescriptors,
  InboundProtocol,
  OutboundProtocol,
  type Protocol,
  usualProtocol,
} from "./connectors/connectors.ts";
export type { ConnectorDescriptor, ConnectorField, KnownProvider, PresetServer } from "./connectors/descriptor.ts";
export { DeadLetter } from "./dead-letter/dead-letter.ts";
export { type EnvelopeContext, headerNames, type OutgoingMessage } from "./envelope.ts";
export { type FailPoint, type FailPointName, failPointNames, noFailPoint } from "./fail-point.ts";
export { Evidence, Failure, FailureError, FailureKind, failureOf } from "./failure.ts";
export { type Audience, type FailureCode, type FailureCodeEntry, failureCodes, failureKinds } from "./failure-codes.ts";
export {
  AlertId,
  CommandId,
  ConsentId,
  DeadLetterId,
  Instant,
  idPrefixOf,
  JobId,
  MailboxId,
  ProfileId,
  SendId,
  TokenId,
} from "./ids.ts";
export { type Job, job, type NewJob } from "./job/job.ts";
export { ackWaitMs, leaseMarginMs, leaseMs, leaseRenewalMs } from "./lengths.ts";
export type { Logger } from "./logger.ts";
export { type Mailbox, type MailboxChange, mailbox, type NewMailbox } from "./mailbox/mailbox.ts";
export {
  DeliveryMethods,
  DirectionStatus,
  EmailAddress,
  HistoryEntry,
  Owner,
  ShownFailure,
  TestStep,
} from "./mailbox/shown.ts";
export { AlertFactBody, DeadLetterBody } from "./messages/alert-facts.ts";
export { type MessageBody, type MessageType, messageTypes, readMessage } from "./messages/index.ts";
export { MailNotSent, MailReceived, MailSent, ProbeReceived, SendsDue } from "./messages/mail-facts.ts";
export {
  AlertCleared,
  AlertRaised,
  DirectionSummary,
  MailboxChanged,
  MailboxCreated,
  MailboxDeleted,
  MailboxTested,
  MailboxTransitioned,
} from "./messages/mailbox-facts.ts";
export { RunFailed, RunFinished, RunRequested, RunStep, RunSucceeded, TimerFired } from "./messages/run-messages.ts";
export {
  applicationDestination,
  NotificationApplication,
  NotificationMode,
  NotificationSettings,
  NotificationSettingsChange,
  NotificationTest,
  RelayAuthentication,
  relayDestination,
} from "./notification-settings/notification-settings.ts";
export { bare, type Field, field } from "./noun/field.ts";
export { type AnyNoun, noun, type Standard } from "./noun/noun.ts";
export { type Impact, type Operation, operation } from "./noun/operation.ts";
export { paged, pageFields } from "./noun/request-fields.ts";
export { Credentials, credentials, type SecretField } from "./noun/secret-field.ts";
export { camel, kebab, sentenceOf } from "./noun/words.ts";
export { nouns } from "./nouns.ts";
export { OAuthSecret, oauthSecret } from "./oauth/oauth-secret.ts";
export { PoisonMessage } from "./poison.ts";
export { fieldRules, invalid, Problem, type ProblemCode, ProblemError, problemCodes } from "./problem.ts";
export {
  type NewProfile,
  type Profile,
  type ProfileChange,
  type ProfileSettings,
  ProfileType,
  profile,
} from "./profile/profile.ts";
export {
  Addressing,
  CredentialSource,
  InboundServer,
  NewInboundServer,
  NewOutboundServer,
  OutboundServer,
} from "./profile/server.ts";
export {
  maximumMailboxesPerGmailProfile,
  outboundPortPresets,
  type ProviderPreset,
  providerPresets,
} from "./provider-presets.ts";
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
export { Connection, ConnectionCredentials, passwordSealedFor } from "./resources/connection.ts";
export {
  Activity,
  ComposedContent,
  ComposedSubmission,
  RawContent,
  ReceivedMessage,
  type SubmittedContent,
  type Upload,
  uploadPieceBytes,
} from "./resources/mail.ts";
export { addressesText, MailAddress } from "./resources/mail-address.ts";

export {
  ClientAuthentication,
  Grant,
  OAuthClient,
  OAuthEndpoints,
  OAuthFlow,
  OAuthProvider,
  OAuthSecretKind,
  OAuthSecretShown,
  OAuthSettings,
  SealedOAuthSecret,
  ServiceAccountShown,
  TenantId,
} from "./resources/oauth.ts";
export {
  Sealed,
  SealedCredentials,
  SealedMailboxCredentials,
  type SealPurpose,
  sealedAs,
  sealedFor,
  serverDestination,
  tokenDestination,
} from "./resources/sealed.ts";
export { Role, roles } from "./roles.ts";
export { Secret } from "./secret.ts";
export { Send, send } from "./send/send.ts";
export { RetryPolicy } from "./settings/retry-policy.ts";
export { AllowedOutboundPorts, type Settings, type SettingsChange, settings } from "./settings/settings.ts";
export { type ConsumerDefinition, consumers, type StreamDefinition, type StreamName, streams } from "./streams.ts";
export {
  type AlertFact,
  alertFacts,
  type MailboxFact,
  type MailFact,
  mailboxFacts,
  mailFacts,
  type ParsedSubject,
  parseSubject,
  type RunFact,
  runFacts,
  subjects,
} from "./subjects.ts";
export { networkFailureCode, systemCodeOf } from "./system-codes.ts";
export { TimerClear, TimerDelivery, TimerSet } from "./timer/messages.ts";
export { type NewToken, type Token, token } from "./token/token.ts";
export {
  DeliveryMethod,
  Direction,
  DirectionState,
  directionStates,
  directions,
  LifecycleWord,
  lifecycleWords,
  MailboxKind,
  Purpose,
  perDirection,
  purposes,
  Security,
  SendState,
  ServiceName,
  Severity,
  sendStates,
  serviceNames,
  severities,
  UncertainPolicy,
  Verdict,
} from "./vocabulary.ts";
