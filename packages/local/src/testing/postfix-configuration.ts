import type { Dovecot } from "./start-dovecot.ts";

/** main.cf of a server below `folder` that knows only the accounts of `dovecot`. */
export function postfixMain(folder: string, dovecot: Dovecot, extra: string): string {
  const domains = new Set(dovecot.addresses.map((address) => address.slice(address.lastIndexOf("@") + 1)));
  return `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = ${folder}/mail.log
maillog_file_prefixes = ${folder}
myhostname = mx.localhost
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
mynetworks =
message_size_limit = 62914560
mailbox_size_limit = 0
virtual_mailbox_limit = 0
virtual_mailbox_domains = ${[...domains].join(" ")}
virtual_transport = lmtp:inet:127.0.0.1:${dovecot.ports.lmtp}
virtual_mailbox_maps = texthash:${folder}/recipients
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:${dovecot.ports.auth}
smtpd_sasl_security_options = noanonymous
smtpd_tls_security_level = may
smtpd_tls_cert_file = ${dovecot.certificateFile}
smtpd_tls_key_file = ${dovecot.keyFile}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = reject_unlisted_recipient, permit_sasl_authenticated, reject
smtpd_error_sleep_time = 0
smtpd_client_connection_rate_limit = 0
smtpd_client_auth_rate_limit = 0
smtpd_client_message_rate_limit = 0
smtpd_client_connection_count_limit = 0
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
lmtp_dns_support_level = disabled
default_transport = error:no way out of this test
in_flow_delay = 0
smtputf8_enable = no
${extra}
`;
}

/** master.cf: the services that submission and delivery by LMTP need, no more. */
export function postfixMaster(submission: number, submissions: number): string {
  return `
127.0.0.1:${submission} inet n - n - - smtpd
127.0.0.1:${submissions} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
error     unix - - n - - error
retry     unix - - n - - error
lmtp      unix - - n - - lmtp
proxymap  unix - - n - - proxymap
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
tlsmgr    unix - - n 1000? 1 tlsmgr
pickup    unix n - n 60 1 pickup
showq     unix n - n - - showq
postlog   unix-dgram n - n - 1 postlogd
`;
}
