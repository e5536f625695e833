import type { SignInConfiguration } from "./dovecot-sign-in.ts";

/** Ports of a throw-away Dovecot, all on 127.0.0.1. */
export interface DovecotPorts {
  readonly imap: number;
  readonly imaps: number;
  readonly pop3: number;
  readonly pop3s: number;
  readonly lmtp: number;
  /** Dovecot's SASL service, for Postfix. */
  readonly auth: number;
}

/**
 * dovecot.conf (2.3) of a server below `folder`. Plain, STARTTLS and implicit TLS; no delay and no penalty after a wrong
 * password, which would make every later login of the same address (127.0.0.1) slow.
 */
export function dovecotConfiguration(
  folder: string,
  ports: DovecotPorts,
  signIn: SignInConfiguration,
  extra: string,
): string {
  const listener = (name: string, port: number, more = "") => `
  inet_listener ${name} {
    address = 127.0.0.1
    port = ${port}
    ${more}
  }`;
  return `
base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = /dev/stderr
instance_name = ${folder}
protocols = imap pop3 lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <${folder}/certificate.pem
ssl_key = <${folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login${signIn.mechanisms}
auth_failure_delay = 0
default_login_user = dovenull
default_internal_user = dovecot
default_process_limit = 2000
default_client_limit = 10000
default_vsz_limit = 1G
mail_location = maildir:${folder}/mail/%u
mail_max_userip_connections = 200
first_valid_uid = 1${signIn.passdbs}
passdb {
  driver = passwd-file
  args = ${folder}/users
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=${folder}/mail/%u
}
service imap-login {
  service_count = 0
  process_min_avail = 1${listener("imap", ports.imap)}${listener("imaps", ports.imaps, "ssl = yes")}
}
service pop3-login {
  service_count = 0${listener("pop3", ports.pop3)}${listener("pop3s", ports.pop3s, "ssl = yes")}
}
service lmtp {${listener("lmtp", ports.lmtp)}
}
service auth {${listener("sasl", ports.auth)}
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
protocol lmtp {
  postmaster_address = postmaster@localhost
}
namespace inbox {
  inbox = yes
  mailbox Sent {
    auto = create
    special_use = \\Sent
  }
}
${extra}
`;
}
