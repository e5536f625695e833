import type { Catalogue } from "./catalogue.ts";

/** German. */
export const de: Catalogue = {
  words: {
    error: "Fehler",
    warning: "Warnung",
    information: "Information",
    escalated: "Noch nicht behoben",
    cleared: "Behoben",
    nobodyAcknowledged: "Noch niemand hat diese Störung übernommen.",
    onceEach:
      "Sie erhalten eine E-Mail, wenn dies beginnt, und eine, wenn es vorbei ist, egal wie oft es sich wiederholt.",
    isOver: "Dies ist vorbei:",
    nothingToDo: "Sie müssen jetzt nichts tun.",
    whatToDo: "Was jetzt zu tun ist:",
    about: "Betrifft",
    details: "Einzelheiten",
    since: "Seit",
    overSince: "Vorbei seit",
    howOften: "Wie oft",
    times: "{count}-mal, zuletzt {time}",
    serverSaid: "Antwort des Servers",
    inAnswerTo: "Auf den Befehl",
    server: "Server",
    servers: "Server",
    systemCode: "Systemcode",
    alerts: "Meldungen",
    alertsCounted: "{count} Meldungen",
    mailboxes: "Postfächer",
    moreAlerts: "und {count} weitere Meldungen",
    howManyAlerts: "Wie viele Meldungen",
    atMost: "höchstens {count} gleichzeitig",
    incident: "Störung",
    code: "Code",
    show: "Anzeigen",
    page: "Seite",
    passed: "{count} Postfächer haben „Testen und Aktivieren“ bestanden.",
    more: "Und {count} weitere.",
    onceForEachTest:
      "Sie erhalten diese E-Mail einmal für jedes „Testen und Aktivieren“, das jemand verlangt; was etwa gleichzeitig geschieht, kommt in einer E-Mail.",
    yourCode: "[Mailfleet] Ihr Code: {code}",
    codeProves:
      "Mit diesem Code bestätigen Sie, dass das Postfach {address} Ihnen gehört, damit Mailfleet es verbinden darf:",
    codeIsGood:
      "Er gilt einmal, bis {time}. Geben Sie ihn dort ein, wo Sie ihn angefordert haben, und sagen Sie ihn niemandem.",
    codeUnasked: "Wenn Sie ihn nicht angefordert haben, müssen Sie nichts tun: Ohne den Code geschieht nichts.",
    mailbox: "Postfach",
    profile: "Profil",
    service: "Dienst",
    stream: "Stream",
    send: "Sendung",
  },
  codes: {
    HOST_NOT_FOUND: [
      "Der Name des Servers lässt sich nicht auflösen.",
      "Korrigieren Sie den Hostnamen im Profil. Stimmt er, prüfen Sie den DNS-Server, den Mailfleet verwendet.",
    ],
    NAME_SERVICE_UNAVAILABLE: [
      "Der DNS-Server hat nicht geantwortet.",
      "Mailfleet versucht es erneut. Bleibt es so, prüfen Sie das DNS des Clusters.",
    ],
    CONNECTION_REFUSED: [
      "Der Server lehnt Verbindungen auf diesem Port ab.",
      "Prüfen Sie, ob der Mailserver läuft und ob Host und Port im Profil stimmen. Mailfleet versucht es erneut.",
    ],
    CONNECTION_TIMEOUT: [
      "Der Server hat nicht rechtzeitig geantwortet.",
      "Prüfen Sie Port, Firewalls und die Last des Servers. Ist der Server nur langsam, erhöhen Sie die Verbindungs-Zeitgrenze des Profils.",
    ],
    CONNECTION_LOST: [
      "Die Verbindung ist abgebrochen.",
      "Mailfleet versucht es erneut. Bleibt es so, sehen Sie ins Protokoll des Servers und auf die Firewalls dazwischen.",
    ],
    NETWORK_UNREACHABLE: [
      "Das Netz des Servers ist nicht erreichbar.",
      "Prüfen Sie Routen und Netzwerkrichtlinien des Clusters.",
    ],
    PROXY_UNREACHABLE: [
      "Der HTTP-Proxy dieser Installation hat nicht geantwortet.",
      "Prüfen Sie, ob der Proxy läuft, und die Adresse in MAILFLEET_HTTP_PROXY. Hosts, die keinen Proxy brauchen, nennen Sie in MAILFLEET_NO_PROXY.",
    ],
    PROXY_REFUSED: [
      "Der HTTP-Proxy dieser Installation hat die Verbindung zum Server nicht hergestellt.",
      "407: Korrigieren Sie die Datei von MAILFLEET_HTTP_PROXY_CREDENTIALS. 403: Erlauben Sie Host und Port am Proxy. 502 bis 504: Der Proxy erreicht den Server nicht; sehen Sie in sein Protokoll.",
    ],
    TLS_HANDSHAKE_FAILED: [
      "Server und Mailfleet konnten sich nicht auf eine sichere Verbindung einigen.",
      "Prüfen Sie, ob die Sicherheit (keine, STARTTLS, implizites TLS) zum Port passt und ob der Server TLS 1.2 oder neuer anbietet.",
    ],
    TLS_NOT_OFFERED: [
      "Das Profil verlangt STARTTLS, aber der Server bietet es nicht an.",
      "Wählen Sie implizites TLS mit dessen Port, oder schalten Sie STARTTLS am Server ein. Mailfleet weicht nie auf Klartext aus.",
    ],
    TLS_CERTIFICATE_UNTRUSTED: [
      "Das Zertifikat des Servers ist von keiner vertrauenswürdigen Stelle signiert.",
      "Installieren Sie ein Zertifikat einer öffentlichen Stelle, oder nehmen Sie Ihre eigene Stelle in die vertrauenswürdigen Zertifikate des Profils auf.",
    ],
    TLS_CERTIFICATE_EXPIRED: [
      "Das Zertifikat des Servers ist abgelaufen.",
      "Erneuern Sie das Zertifikat am Server und testen Sie dann das Postfach erneut.",
    ],
    TLS_NAME_MISMATCH: [
      "Das Zertifikat des Servers gilt für einen anderen Namen.",
      "Nehmen Sie den Namen aus dem Zertifikat als Host, oder installieren Sie ein Zertifikat für diesen Host.",
    ],
    PORT_SPEAKS_TLS: [
      "Dieser Port spricht vom ersten Byte an TLS.",
      "Stellen Sie die Sicherheit im Profil auf tls, oder nehmen Sie den Port des Servers für STARTTLS.",
    ],
    PORT_SPEAKS_PLAIN: [
      "Dieser Port beantwortet den TLS-Handshake im Klartext.",
      "Stellen Sie die Sicherheit im Profil auf starttls, oder auf none, wenn der Server kein TLS anbietet; oder nehmen Sie den TLS-Port des Servers.",
    ],
    NOT_THIS_PROTOCOL: [
      "Auf diesem Port antwortet etwas, das nicht das erwartete Protokoll spricht.",
      "Prüfen Sie Host und Port im Profil.",
    ],
    EHLO_NAME_REFUSED: [
      "Der Server nimmt den Namen nicht an, mit dem Mailfleet sich vorstellt (EHLO).",
      "Tragen Sie im Profil einen vollständigen Hostnamen ein (ehloName), der zu der Adresse auflöst, von der aus Mailfleet verbindet.",
    ],
    EHLO_NOT_OFFERED: [
      "Der Server kennt nur HELO und bietet daher weder Anmeldung noch Verschlüsselung.",
      "Prüfen Sie Host und Port: Server für die Einlieferung bieten EHLO. Ein Server, der Mail ohne Anmeldung annimmt, lässt sich mit den Zugangsdaten `anonymous` und der Sicherheit `none` nutzen.",
    ],
    SERVER_UNAVAILABLE: [
      "Der Server sagt, dass er nicht verfügbar ist.",
      "Mailfleet versucht es erneut. Bleibt es so, fragen Sie den Betreiber des Servers.",
    ],
    RATE_LIMITED: [
      "Der Server bittet Mailfleet, langsamer zu sein.",
      "Mailfleet wartet so lange, wie der Server verlangt. Bleibt es so, lassen Sie das Postfach seltener abrufen oder senden, oder bitten Sie den Anbieter um eine höhere Grenze.",
    ],
    TOO_MANY_CONNECTIONS: [
      "Der Server nimmt keine weiteren gleichzeitigen Verbindungen an.",
      "Senken Sie die Höchstzahl gleichzeitiger Verbindungen im Profil, oder erhöhen Sie die Grenze am Server.",
    ],
    MAILBOX_IN_USE: [
      "Eine andere Sitzung hat das Postfach geöffnet, und der Server erlaubt nur eine.",
      "Schließen Sie das andere Mailprogramm, oder lassen Sie es seltener abrufen. Mailfleet versucht es erneut.",
    ],
    SENDING_LIMIT_REACHED: [
      "Das Postfach hat seine Sendegrenze erreicht.",
      "Warten Sie, bis die Grenze aufgehoben ist, oder verteilen Sie die Mail auf mehr Postfächer.",
    ],
    AUTHENTICATION_REJECTED: [
      "Der Server hat Benutzernamen oder Passwort abgelehnt.",
      "Setzen Sie die richtigen Zugangsdaten. Mailfleet testet das Postfach dann erneut.",
    ],
    PROFILE_CREDENTIALS_REFUSED: [
      "Der Server hat Benutzernamen oder Passwort des Profils abgelehnt, die alle seine Postfächer verwenden. Mailfleet versucht sie nicht noch einmal, damit das Konto nicht gesperrt wird.",
      "Setzen Sie die richtigen Zugangsdaten im Profil. Mailfleet testet seine Postfächer dann erneut. Wenn Sie sie stattdessen am Server korrigieren, führen Sie `mailfleet profile test-connection PROFILE --mailbox ADDRESS` aus und testen und aktivieren dann die Postfächer des Profils.",
    ],
    FIRST_SIGN_IN_AWAITED: [
      "Ein anderes Postfach versucht gerade Benutzernamen und Passwort des Profils, von denen noch nicht bekannt ist, ob sie funktionieren. Dieses Postfach hat vergeblich auf das Ergebnis gewartet und den Server nicht gefragt.",
      "Mailfleet versucht es erneut. Bleibt es so, beantwortet der Server Anmeldungen langsam: Sehen Sie auf seine Last und sein Protokoll.",
    ],
    CREDENTIALS_MISSING: [
      "Für diese Richtung sind keine Zugangsdaten gespeichert.",
      "Setzen Sie Benutzernamen und Passwort am Postfach, oder am Profil, wenn dieses die Zugangsdaten hält. Nimmt ein Server Mail ohne Anmeldung an, muss das Profil es sagen (Zugangsdaten für das Senden: anonymous).",
    ],
    SIGN_IN_NEEDED: [
      "Der Server verlangt zum Senden eine Anmeldung, aber das Profil sagt, dass er keine braucht.",
      "Wählen Sie im Profil, wer die Zugangsdaten zum Senden hält (Postfach oder Profil), und setzen Sie dort Benutzernamen und Passwort.",
    ],
    CREDENTIALS_FOR_ANOTHER_SERVER: [
      "Die gespeicherten Zugangsdaten wurden für einen anderen Server eingegeben: Host, Port oder Token-Endpunkt haben sich seitdem geändert.",
      "Setzen Sie die Zugangsdaten erneut, wenn sie an den Server gesendet werden dürfen, den das Profil jetzt nennt.",
    ],
    CREDENTIALS_UNREADABLE: [
      "Die gespeicherten Zugangsdaten lassen sich mit den Schlüsseln dieser Installation nicht öffnen.",
      "Geben Sie dem Dienst den privaten Schlüssel, der dazu gehört, oder setzen Sie die Zugangsdaten erneut.",
    ],
    AUTHENTICATION_NOT_OFFERED: [
      "Der Server bietet keine Anmeldung mit Benutzernamen und Passwort an.",
      "Prüfen Sie die Sicherheit im Profil: Viele Server bieten sie nur über TLS. Sonst wählen Sie eine andere Art von Profil.",
    ],
    NTLM_CHALLENGE_REFUSED: [
      "Der Server, oder ein Proxy davor, hat eine NTLM-Anfrage gesendet, die Mailfleet ablehnt: Sie ist fehlerhaft oder älter als NTLMv2.",
      "Der Nachweis sagt, was falsch ist. Erlauben Sie NTLMv2 am Server (LmCompatibilityLevel 3 oder höher) und suchen Sie nach einem Proxy dazwischen. Oder verwenden Sie Basic über TLS.",
    ],
    TLS_TOO_WEAK: [
      "Der Server verwendet ein zu schwaches Verschlüsselungsverfahren.",
      "Schalten Sie am Server TLS 1.3 ein, oder TLS 1.2 mit Verfahren, die mit TLS_ECDHE beginnen und mit SHA256 oder SHA384 enden, und schalten Sie die anderen ab.",
    ],
    AUTODISCOVER_FAILED: [
      "Die Adresse des Servers für dieses Postfach ließ sich nicht ermitteln.",
      "Lesen Sie, was jede Stelle geantwortet hat. Prüfen Sie den Host im Profil: Autodiscover muss in dieser Domäne oder darunter antworten. Oder tragen Sie die Adresse der Schnittstelle selbst ein und schalten Sie Autodiscover ab.",
    ],
    IMPERSONATION_DENIED: [
      "Das Konto des Profils darf nicht für dieses Postfach handeln.",
      "Geben Sie dem Konto das Recht in der Exchange Management Shell: New-ManagementRoleAssignment -Name Mailfleet -Role ApplicationImpersonation -User <account>. Wenn Sie es mit -CustomRecipientWriteScope <scope> einschränken, muss der Bereich dieses Postfach enthalten. Warten Sie einige Minuten, bis es wirkt, und testen Sie dann erneut.",
    ],
    DELEGATION_DENIED: [
      "Das Konto des Profils hat keine Rechte an diesem Postfach.",
      "Geben Sie dem Konto das Recht in der Exchange Management Shell: Add-MailboxPermission -Identity <mailbox> -User <account> -AccessRights FullAccess; zum Senden auch Add-ADPermission -Identity <mailbox> -User <account> -ExtendedRights Send-As. Testen Sie dann erneut.",
    ],
    EXCHANGE_TOO_OLD: [
      "Auf dem Server läuft ein Exchange, das älter ist als 2013 SP1.",
      "Aktualisieren Sie den Server: Mailfleet arbeitet mit Exchange 2013 SP1 und neuer. Ein älterer bietet vielleicht IMAP und SMTP.",
    ],
    CREDENTIALS_NOT_ALLOWED: [
      "Das Postfach hat Zugangsdaten, aber Mailfleet darf sie nicht verwenden.",
      "Schalten Sie `allow to use credentials` am Postfach ein, oder geben Sie ihm ein Profil, das die Zugangsdaten hält.",
    ],
    MAILBOX_NOT_ADDRESSED: [
      "Die Zugangsdaten des Profils öffnen nur einen Posteingang, aber mehr als ein Postfach verwendet sie.",
      "Geben Sie dem Profil einen Weg, jedes Postfach anzusprechen: eine SASL-Autorisierungsidentität oder einen Benutzernamen wie {address}*master.",
    ],
    IMAP_SWITCHED_OFF: [
      "IMAP ist für dieses Konto abgeschaltet.",
      "Bitten Sie den Benutzer des Postfachs, IMAP in den Einstellungen des Mailkontos einzuschalten (Gmail: Einstellungen, Weiterleitung und POP/IMAP), oder den Administrator der Domäne, es zu erlauben. Testen Sie dann erneut.",
    ],
    POP_SWITCHED_OFF: [
      "POP ist für dieses Konto abgeschaltet.",
      "Bitten Sie den Benutzer des Postfachs, POP in den Einstellungen des Mailkontos einzuschalten (Gmail: Einstellungen, Weiterleitung und POP/IMAP), oder den Administrator der Domäne, es zu erlauben. Testen Sie dann erneut.",
    ],
    API_SWITCHED_OFF: [
      "Die Mail-Schnittstelle des Anbieters ist für die Anwendung nicht eingeschaltet.",
      "Schalten Sie die Gmail API im Projekt des OAuth-Clients ein (APIs & Services, Library), warten Sie einige Minuten und testen Sie dann erneut.",
    ],
    APP_PASSWORD_NEEDED: [
      "Der Server nimmt das gewöhnliche Passwort des Kontos nicht an.",
      "Verwenden Sie ein Profil mit Anmeldung über OAuth. Oder richten Sie ein App-Passwort ein, wenn die Bestätigung in zwei Schritten an ist und die Domäne es erlaubt.",
    ],
    CONSENT_MISSING: [
      "Für dieses Postfach hat sich noch niemand angemeldet.",
      "Bitten Sie den Benutzer des Postfachs, sich über den Link am Postfach anzumelden. Mailfleet testet das Postfach dann.",
    ],
    CONSENT_ENDED_IN_TESTING: [
      "Die Erlaubnis, dieses Postfach zu nutzen, ist beendet. Die OAuth-Anwendung ist bei ihrem Anbieter noch im Test, wo eine Erlaubnis höchstens sieben Tage gilt.",
      "Bitten Sie den Benutzer des Postfachs, sich über den Link am Postfach erneut anzumelden. Damit das nicht jede Woche geschieht, veröffentlichen Sie zuerst die Anwendung (OAuth-Zustimmungsbildschirm: In production, oder Internal in einem Workspace).",
    ],
    CONSENT_TOO_NARROW: [
      "Die Erlaubnis deckt nicht ab, was diese Richtung braucht.",
      "Bitten Sie den Benutzer des Postfachs, sich über den Link am Postfach erneut anzumelden und alle Häkchen stehen zu lassen.",
    ],
    CLIENT_SECRET_MISSING: [
      "Die OAuth-Anwendung des Profils hat weder Geheimnis noch Zertifikat noch Schlüssel.",
      "Setzen Sie im Profil das Client-Geheimnis, das Zertifikat oder den Schlüssel des Dienstkontos.",
    ],
    CLIENT_REJECTED: [
      "Der Autorisierungsserver nimmt die OAuth-Anwendung nicht an.",
      "Prüfen Sie Client-Id und Geheimnis (oder Zertifikat) im Profil; ist das Geheimnis abgelaufen, erstellen Sie beim Anbieter ein neues.",
    ],
    KEY_VAULT_CLIENT_REJECTED: [
      "Der Autorisierungsserver nimmt die Anwendung nicht an, die das Zertifikat im Schlüsseltresor liest.",
      "Prüfen Sie deren Client-Id und Geheimnis im Profil (keyVault). Ist das Geheimnis abgelaufen, erstellen Sie in Entra ein neues und setzen es. Die Anwendung muss im selben Mandanten sein wie die, die das Zertifikat verwendet.",
    ],
    KEY_VAULT_TOKEN_REFUSED: [
      "Der Schlüsseltresor nimmt keine Token dieses Mandanten.",
      "Der Nachweis sagt, welcher Stelle der Tresor vertraut. Nennen Sie einen Tresor, der zu Mandant und Cloud des Profils gehört, oder verlegen Sie ihn in diesen Mandanten (az keyvault update --set properties.tenantId=...).",
    ],
    KEY_VAULT_ACCESS_DENIED: [
      "Die Anwendung darf Geheimnisse des Schlüsseltresors nicht lesen.",
      "Geben Sie ihr die Rolle Key Vault Secrets User am Tresor oder, wenn er Zugriffsrichtlinien hat, das Recht Get auf Geheimnisse (az keyvault set-policy --name VAULT --spn CLIENT-ID --secret-permissions get). Warten Sie einige Minuten, bis es wirkt, und testen Sie dann erneut.",
    ],
    KEY_VAULT_FIREWALL: [
      "Die Firewall des Schlüsseltresors lässt Mailfleet nicht ein.",
      "Nehmen Sie die Adresse, von der die Worker von Mailfleet ins Internet gehen, in die Netzwerkregeln des Tresors auf, oder verbinden Sie sie über einen privaten Endpunkt. Testen Sie dann erneut.",
    ],
    KEY_VAULT_CERTIFICATE_NOT_FOUND: [
      "Im Schlüsseltresor gibt es dieses Zertifikat oder diese Version davon nicht.",
      "Korrigieren Sie Namen oder Version im Profil. Ein gelöschtes Zertifikat lässt sich im Tresor wiederherstellen, solange es dort aufbewahrt wird.",
    ],
    KEY_VAULT_CERTIFICATE_DISABLED: [
      "Das Zertifikat ist im Schlüsseltresor abgeschaltet.",
      "Schalten Sie es im Tresor ein, oder nennen Sie ein anderes Zertifikat oder eine andere Version. Testen Sie dann erneut.",
    ],
    KEY_VAULT_CERTIFICATE_UNUSABLE: [
      "Mailfleet kann nicht verwenden, was der Schlüsseltresor als Zertifikat der Anwendung enthält.",
      "Der Nachweis sagt, was falsch ist. Das Zertifikat braucht einen exportierbaren RSA-Schlüssel von mindestens 2048 Bit und darf nicht abgelaufen sein. Den Inhaltstyp application/x-pem-file kann Mailfleet immer lesen.",
    ],
    DELEGATION_MISSING: [
      "Das Dienstkonto darf nicht für dieses Postfach handeln.",
      "Bitten Sie einen Administrator des Workspace, die Client-Id des Dienstkontos mit den Scopes unter Security, API controls, Domain-wide delegation einzutragen. Es wirkt nach einigen Minuten; Mailfleet versucht es inzwischen erneut.",
    ],
    CLOCK_DIFFERS: [
      "Die Uhr dieser Maschine weicht zu sehr von der des Autorisierungsservers ab.",
      "Stellen Sie die Uhr richtig (NTP) und testen Sie dann erneut.",
    ],
    OAUTH_REFUSED: [
      "Der Autorisierungsserver lehnt die Anfrage nach einem Token ab.",
      "Lesen Sie die Worte des Servers, und prüfen Sie Scopes, Mandant und Endpunkte im Profil.",
    ],
    REFRESH_BUSY: [
      "Ein anderer Prozess erneuert gerade noch das Token dieses Postfachs.",
      "Mailfleet versucht es erneut.",
    ],
    ACCESS_DENIED: [
      "Der Anbieter verweigert den Zugriff auf dieses Postfach.",
      "Prüfen Sie beim Anbieter, ob das Konto besteht, eine Lizenz hat und die Anwendung zulässt.",
    ],
    MAILBOX_OUT_OF_SCOPE: [
      "Die Anwendung darf nicht für dieses Postfach handeln: Eine Berechtigung oder deren Administratorzustimmung fehlt, oder ihr Bereich in Exchange Online lässt das Postfach aus.",
      "Prüfen Sie in Entra die Berechtigungen (Mail.Read oder Mail.ReadWrite, Mail.Send) und deren Administratorzustimmung. Fragen Sie dann Exchange Online mit PowerShell: `Test-ServicePrincipalAuthorization -Identity CLIENT-ID -Resource MAILBOX` (RBAC für Anwendungen), `Test-ApplicationAccessPolicy -AppId CLIENT-ID -Identity MAILBOX` (Zugriffsrichtlinie). Ist das Postfach außerhalb, nimmt `Add-DistributionGroupMember` es in die Gruppe auf, die der Bereich nennt. Eine Änderung braucht bis zu zwei Stunden.",
    ],
    TENANT_APPROVAL_MISSING: [
      "Der Administrator des Mandanten hat der Anwendung nicht erlaubt, für dieses Postfach zu handeln: Ihr Token hat keine Berechtigung dafür, und keine Rolle in Exchange Online schließt das Postfach ein.",
      'Bitten Sie einen Global Administrator oder Privileged Role Administrator des Mandanten, die Anwendung in Entra zu öffnen (App registrations, API permissions), die Anwendungsberechtigungen Mail.Read oder Mail.ReadWrite (zum Empfangen) und Mail.Send (zum Senden) hinzuzufügen und die Administratorzustimmung zu erteilen. Oder bitten Sie einen Exchange-Administrator, die Rolle für einen Bereich zuzuweisen, der das Postfach einschließt: `New-ManagementRoleAssignment -App CLIENT-ID -Role "Application Mail.ReadWrite" -CustomResourceScope SCOPE`. Eine Änderung braucht bis zu zwei Stunden; testen Sie dann erneut.',
    ],
    ITEMS_NOT_ACCESSIBLE: [
      "Mailfleet darf Kalender, Kontakte oder Aufgaben des Postfachs nicht verwenden.",
      "Der Nachweis sagt, welche davon, und was nötig ist. Exchange Online: Geben Sie der Anwendung in Entra die Anwendungsberechtigungen Calendars.ReadWrite, Contacts.ReadWrite und Tasks.ReadWrite.All mit Administratorzustimmung; ihr Bereich muss das Postfach enthalten. Exchange vor Ort: Das Konto braucht Identitätswechsel oder die Zugangsdaten des Postfachs selbst. Testen Sie dann erneut.",
    ],
    ITEMS_OF_ANOTHER_ORGANISATION: [
      "Eine andere Organisation synchronisiert Termine, Kontakte und Aufgaben dieses Postfachs.",
      "Zwei zugleich würden einander die Änderungen zunichtemachen. Bitten Sie die Betreiber der anderen Installation, die Zustellungsart für act auf none zu stellen. Um das Postfach zu übernehmen, führt ein Administrator `mailfleet mailbox test-and-enable ADDRESS --take-over` aus; die andere hört dann von selbst auf.",
    ],
    PORT_NOT_ALLOWED: [
      "Die Einstellung `allowed outbound ports` der Organisation erlaubt keine Verbindungen zu diesem Port.",
      "Wählen Sie einen erlaubten Port, oder ändern Sie die Einstellung.",
    ],
    ADDRESS_NOT_ALLOWED: [
      "Der Name führt zu einer Adresse, mit der Mailfleet sich nicht verbinden darf.",
      "Korrigieren Sie den Hostnamen, oder erlauben Sie sein Netz: für Mailserver in der Einstellung `allowed networks`, für HTTP in MAILFLEET_ALLOWED_PRIVATE_NETWORKS. Link-lokale Adressen und Metadaten-Adressen sind nie erlaubt.",
    ],
    REDIRECT_REFUSED: [
      "Der Server wollte die Anfrage umleiten.",
      "Tragen Sie die endgültige Adresse im Profil ein. Anfragen mit Token folgen keinen Umleitungen.",
    ],
    ANSWER_TOO_LARGE: [
      "Die Antwort des Servers ist größer als erlaubt und wurde abgeschnitten.",
      "Prüfen Sie, ob das Profil den richtigen Server nennt. Wenn ja, melden Sie dies.",
    ],
    ACCOUNT_DISABLED: [
      "Der Server sagt, dass dieses Konto abgeschaltet ist oder dieses Protokoll nicht verwenden darf.",
      "Schalten Sie das Konto oder seinen Zugang über dieses Protokoll am Server ein. Testen Sie dann erneut.",
    ],
    CONSENT_EXPIRED: [
      "Die Erlaubnis, dieses Postfach zu nutzen, ist beendet.",
      "Bitten Sie den Benutzer des Postfachs, sich über den Link am Postfach erneut anzumelden.",
    ],
    MAILBOX_NOT_FOUND: [
      "Der Server hat kein Postfach mit dieser Adresse.",
      "Prüfen Sie die Adresse des Postfachs: Eine Verteilergruppe oder ein Alias ist kein Postfach. In einer Hybrid-Organisation nehmen Sie das Profil der Seite, auf der es liegt.",
    ],
    MAILBOX_NOT_ONLINE: [
      "Exchange Online kennt das Konto, stellt sein Postfach aber nicht bereit.",
      "Geben Sie dem Konto eine Lizenz mit Exchange Online, oder nehmen Sie ein Profil des Exchange-Servers, auf dem das Postfach liegt.",
    ],
    LICENCE_MISSING: [
      "Das Konto hat keine Lizenz mit Exchange Online, daher gibt es kein Postfach dafür.",
      "Geben Sie dem Konto eine Lizenz, deren Plan Exchange Online enthält, warten Sie einige Minuten, bis sein Postfach angelegt ist, und testen Sie dann erneut. Liegt das Postfach auf einem Exchange-Server der Organisation, nehmen Sie das Profil dieses Servers. Ein freigegebenes Postfach oder ein Raum braucht keine Lizenz, aber sein Postfach muss bestehen.",
    ],
    INBOX_UNAVAILABLE: [
      "Der Posteingang lässt sich nicht öffnen.",
      "Prüfen Sie am Server, ob das Postfach besteht und ob dieser Benutzer es lesen darf.",
    ],
    SENDER_REFUSED: [
      "Dieser Benutzer darf nicht von der Adresse des Postfachs senden.",
      "Geben Sie dem Benutzer das Recht, als diese Adresse zu senden, oder verwenden Sie die Zugangsdaten des Postfachs selbst.",
    ],
    RECIPIENT_REFUSED: [
      "Der Server hat die Empfänger dieser Nachricht abgelehnt.",
      "Korrigieren Sie die Empfänger und senden Sie sie erneut. Das Postfach selbst funktioniert.",
    ],
    MESSAGE_REFUSED: [
      "Der Server hat diese Nachricht wegen ihres Inhalts abgelehnt.",
      "Lesen Sie die Worte des Servers, ändern Sie die Nachricht und senden Sie sie erneut. Das Postfach selbst funktioniert.",
    ],
    TEST_MESSAGE_REFUSED: [
      "Der Server hat die Testnachricht abgelehnt, die das Postfach sich selbst sendet.",
      "Lesen Sie die Worte des Servers und korrigieren Sie, was sie nennen: die Adresse des Postfachs, seine Anmeldung oder eine Regel des Servers über den Inhalt. Testen Sie dann erneut.",
    ],
    SERVER_LACKS_EXTENSION: [
      "Die Nachricht braucht etwas, das der Server nicht anbietet: 8-Bit-Text (8BITMIME) oder internationale Adressen (SMTPUTF8).",
      "Kodieren Sie die Nachricht in 7 Bit, bevor Sie sie signieren, oder verwenden Sie ASCII-Adressen. Nimmt der Server 8-Bit-Text doch an, sagen Sie es im Profil (eightBitPolicy).",
    ],
    MESSAGE_NOT_STORED: [
      "Die Datenbank hat die Nachricht nicht angenommen.",
      "Sehen Sie die Nachricht am Server an. Der Nachweis sagt, warum sie sich nicht speichern ließ.",
    ],
    MESSAGE_TOO_LARGE: [
      "Die Nachricht ist größer, als der Server annimmt.",
      "Senden Sie sie mit kleineren Anlagen erneut.",
    ],
    MESSAGE_DEFERRED: [
      "Der Server hat gebeten, diese Nachricht später noch einmal zu versuchen.",
      "Mailfleet versucht es erneut. Manche Server antworten so, wenn sie einen Absender zum ersten Mal sehen (Greylisting).",
    ],
    MAILBOX_DELETED: [
      "Das Postfach wurde gelöscht, bevor diese Nachricht gesendet war.",
      "Senden Sie sie von einem anderen Postfach, wenn sie noch wichtig ist.",
    ],
    RESTORED_FROM_BACKUP: [
      "Die Datenbank wurde aus einer Sicherung wiederhergestellt. Niemand weiß, ob diese Nachricht nach der Sicherung hinausging.",
      "Suchen Sie sie im Ordner „Gesendet“ des Postfachs. Ist sie nicht dort, geben Sie die Sendung frei; ist sie dort, verwerfen Sie sie.",
    ],
    SEND_DISCARDED: ["Jemand hat diese Nachricht verworfen, bevor sie gesendet war.", "Nichts."],
    PROFILE_MISSING: [
      "Das Postfach oder sein Profil gibt es nicht mehr.",
      "Geben Sie dem Postfach ein anderes Profil und testen Sie es dann.",
    ],
    NO_CONNECTOR: [
      "Diese Installation hat keinen Konnektor für das Protokoll des Profils.",
      "Wählen Sie im Profil ein anderes Protokoll, oder bringen Sie alle Dienste auf dieselbe Version.",
    ],
    MAILBOX_FULL: ["Das Postfach ist voll.", "Schaffen Sie Platz im Postfach, oder erhöhen Sie sein Kontingent."],
    RUN_LOST: [
      "Ein Lauf hat bis zu seiner Frist kein Ergebnis gebracht.",
      "Bleibt es so, prüfen Sie, ob die Worker laufen, und sehen Sie nach unzustellbaren Botschaften (dead letters).",
    ],
    RUN_TIMEOUT: [
      "Der Lauf dauerte länger als erlaubt und wurde beendet.",
      "Prüfen Sie die Geschwindigkeit des Servers. Ein großes Postfach macht dort weiter, wo es aufgehört hat.",
    ],
    MAILBOX_NOT_CONNECTED: [
      "Die Anmeldung wurde angenommen, aber der Server verbindet sie mit keinem Postfach.",
      "Prüfen Sie, ob sich das richtige Konto angemeldet hat, eine Lizenz hat, dieses Protokoll verwenden darf und ein freigegebenes Postfach öffnen darf; und ob die Anwendung den Scope für das Protokoll hat.",
    ],
    LISTING_INCOMPLETE: [
      "Der Server listet weniger Nachrichten, als er zählt. Was er listet, wird empfangen; nichts wird übersprungen.",
      "Bleibt es so, lassen Sie den Index des Postfachs am Server neu aufbauen. Der Nachweis enthält beide Zahlen.",
    ],
    PROTOCOL_ERROR: [
      "Die Antwort des Servers bricht die Regeln seines Protokolls.",
      "Bleibt es so, senden Sie den Nachweis an den Betreiber des Servers.",
    ],
    UNCLASSIFIED: [
      "Mailfleet kennt diese Antwort des Servers nicht.",
      "Lesen Sie die Worte des Servers. Mailfleet versucht es erneut. Bitte melden Sie den Text, damit er einen Code erhält.",
    ],
    INTERNAL_ERROR: [
      "Mailfleet hat versagt: Das ist ein Programmfehler.",
      "Suchen Sie die Korrelations-Id in den Protokollen und melden Sie es.",
    ],
    TEST_PASSED: ["Der Test des Postfachs ist bestanden.", "Nichts."],
    MAILBOX_ENABLED: [
      "Das Postfach hat „Testen und Aktivieren“ bestanden.",
      "Nichts. Mailfleet hält es verbunden, versucht erneut, was eine Weile misslingt, und meldet sich, wenn es aufhören muss.",
    ],
    SETTINGS_CHANGED: [
      "Eine Einstellung der Verbindung hat sich geändert. Frühere Testergebnisse zählen nicht mehr.",
      "Nichts, wenn das Postfach aktiv war: Mailfleet testet es erneut. Sonst testen Sie es.",
    ],
    PROFILE_SIGN_IN_REFUSED: [
      "Ein Server hat Benutzernamen oder Passwort eines Profils abgelehnt. Kein Postfach des Profils versucht sie noch einmal, damit das Konto nicht gesperrt wird.",
      "Setzen Sie die richtigen Zugangsdaten im Profil. Mailfleet testet seine Postfächer dann erneut. Wenn Sie sie stattdessen am Server korrigieren, führen Sie `mailfleet profile test-connection PROFILE --mailbox ADDRESS` aus und testen und aktivieren dann die Postfächer des Profils.",
    ],
    PROFILE_MAILBOXES_FAILING: [
      "Mehr als die Hälfte der Postfächer eines Profils funktioniert nicht.",
      "Sehen Sie, was sie gemeinsam haben: `mailfleet profile test-connection PROFILE` versucht seine Server. Mailfleet versucht es von selbst weiter und sagt, wenn es vorbei ist.",
    ],
    STALLED: [
      "Das Postfach ist aktiv, aber seit drei Abrufabständen ist kein Abruf gelungen.",
      "Prüfen Sie, ob inbound-sync läuft und bereit ist, und sehen Sie nach unzustellbaren Botschaften (dead letters). `sync-now` ruft das Postfach sofort ab.",
    ],
    THROTTLED_FOR_HOURS: [
      "Seit Stunden bittet der Server Mailfleet nur, langsamer zu sein oder später wiederzukommen.",
      "Lesen Sie die Worte des Servers. Lassen Sie dieses Postfach weniger senden oder seltener abrufen, oder bitten Sie den Betreiber des Servers um eine höhere Grenze.",
    ],
    WATCH_STALLED: [
      "Der Server kündigt neue Mail nicht an, obwohl er es zugesagt hat: Zweimal nacheinander fand erst ein Abruf sie.",
      "Nichts ist verloren: Abrufe finden die Mail. Bleibt es so, schalten Sie `watch` im Profil ab und sagen Sie es dem Administrator des Servers.",
    ],
    SEND_UNCERTAIN: [
      "Die Verbindung brach, nachdem eine Nachricht übergeben war. Niemand weiß, ob sie gesendet wurde.",
      "Suchen Sie ihre Message-ID in der gesendeten Mail, und geben Sie die Sendung dann frei oder verwerfen Sie sie.",
    ],
    REPORTS_NOT_MOVED: [
      "Berichte über unzustellbare Mail wurden empfangen, ließen sich aber nicht in den Ordner verschieben, den das Profil nennt.",
      "Lesen Sie die Worte des Servers. Verschieben braucht mehr Rechte als Lesen: für Microsoft Graph Mail.ReadWrite. Mailfleet versucht es bei jedem Abruf erneut.",
    ],
    SENT_COPY_MISSING: [
      "Eine Nachricht wurde gesendet, ließ sich aber noch nicht bei der gesendeten Mail ablegen.",
      "Lesen Sie die Worte des Servers. Mailfleet versucht einen Tag lang, die Kopie über das IMAP des Postfachs abzulegen, wie das Profil sagt (sent-copy).",
    ],
    SEND_EXPIRED: [
      "Eine Nachricht hat länger auf ihr Postfach gewartet, als das Profil erlaubt, und wurde nicht gesendet.",
      "Senden Sie sie erneut, wenn sie noch wichtig ist.",
    ],
    MESSAGE_QUARANTINED: [
      "Eine Nachricht ließ sich nicht empfangen oder speichern. Sie wurde beiseitegelegt und wird später erneut versucht; das Postfach macht weiter.",
      "Sehen Sie die Nachricht am Server an. Der Nachweis sagt, warum sie abgelehnt wurde.",
    ],
    MESSAGES_MISSED: [
      "Eine Prüfung fand Nachrichten, die Abrufe übersehen hatten, und hat sie empfangen.",
      "Bitte melden Sie es mit Namen und Version des Servers: Ein Abruf hätte sie empfangen sollen.",
    ],
    SOURCE_CHANGED: [
      "Das Postfach wird von einem anderen Konto oder Server gelesen als bisher.",
      "Nichts, wenn das so gewollt war: Bereits empfangene Nachrichten werden an ihrem Inhalt erkannt und nicht noch einmal übergeben.",
    ],
    SOURCE_RESTORED: [
      "Der Posteingang wurde am Server wiederhergestellt oder ersetzt: Die zuletzt gelesene Nachricht fehlt oder hat sich geändert.",
      "Finden Sie heraus, ob am Server Mail fehlt. Bereits empfangene Nachrichten werden nicht noch einmal übergeben, neue werden empfangen.",
    ],
    UIDVALIDITY_CHANGED: [
      "Der Server hat die Nachrichten des Posteingangs neu nummeriert (RFC 9051 §2.3.1.1).",
      "Nichts: Bereits empfangene Nachrichten werden an ihrem Inhalt erkannt und nicht noch einmal übergeben.",
    ],
    HISTORY_LOST: [
      "Der Server weiß nicht mehr, was sich seit dem letzten Abruf geändert hat. Alles wurde neu verglichen.",
      "Nichts: Bereits empfangene Nachrichten werden erkannt und nicht noch einmal übergeben.",
    ],
    CONSENT_ENDS_IN_14_DAYS: [
      "Die Erlaubnis, dieses Postfach zu nutzen, endet in 14 Tagen.",
      "Bitten Sie den Benutzer des Postfachs, sich vorher über den Link am Postfach erneut anzumelden.",
    ],
    CONSENT_ENDS_IN_3_DAYS: [
      "Die Erlaubnis, dieses Postfach zu nutzen, endet in 3 Tagen.",
      "Bitten Sie den Benutzer des Postfachs, sich vorher über den Link am Postfach erneut anzumelden.",
    ],
    CONSENT_ENDS_IN_1_DAY: [
      "Die Erlaubnis, dieses Postfach zu nutzen, endet in 1 Tag.",
      "Bitten Sie den Benutzer des Postfachs, sich vorher über den Link am Postfach erneut anzumelden.",
    ],
    SECRET_ENDS_IN_14_DAYS: [
      "Das Geheimnis einer Anwendung läuft in 14 Tagen ab.",
      "Erstellen Sie beim Anbieter ein neues Geheimnis und setzen Sie es mit seinem Ablaufdatum anstelle des alten.",
    ],
    SECRET_ENDS_IN_3_DAYS: [
      "Das Geheimnis einer Anwendung läuft in 3 Tagen ab.",
      "Erstellen Sie beim Anbieter ein neues Geheimnis und setzen Sie es mit seinem Ablaufdatum anstelle des alten.",
    ],
    SECRET_ENDS_IN_1_DAY: [
      "Das Geheimnis einer Anwendung läuft in 1 Tag ab.",
      "Erstellen Sie beim Anbieter ein neues Geheimnis und setzen Sie es mit seinem Ablaufdatum anstelle des alten.",
    ],
    SECRET_ENDED: [
      "Das Geheimnis einer Anwendung ist abgelaufen.",
      "Erstellen Sie beim Anbieter ein neues Geheimnis und setzen Sie es mit seinem Ablaufdatum anstelle des alten.",
    ],
    DEAD_LETTER: [
      "Eine Botschaft zwischen den Diensten ließ sich nicht verarbeiten und wurde beiseitegelegt.",
      "Sehen Sie den Grund an. Wiederholen Sie die Botschaft, wenn die Ursache behoben ist, oder verwerfen Sie sie.",
    ],
    WEBHOOK_DEAD: [
      "Bei einem Webhook kommt nichts an. Mailfleet hat ihn aufgegeben; Fakten warten 14 Tage im Stream.",
      "Reparieren Sie den Empfänger und ändern Sie dann das Abonnement auf irgendeine Weise, zum Beispiel `mailfleet subscription update NAME --active yes`: Mailfleet macht dort weiter, wo es aufgehört hat.",
    ],
    STREAM_FILLING: [
      "Ein Stream des Nachrichtenbusses ist zu mehr als 70 % gefüllt.",
      "Prüfen Sie, ob seine Verbraucher laufen. Ist die Last echt, erhöhen Sie die Grenze des Streams.",
    ],
    BUS_REFUSES_SIGN_IN: [
      "Der Nachrichtenbus lehnt unsere Anmeldung ab.",
      "Geben Sie NATS wieder den öffentlichen Schlüssel unseres nkey, oder unseren Benutzer mit Passwort. Nichts ist verloren, und die Arbeit geht dann von selbst weiter.",
    ],
    NOTIFICATION_FAILED: [
      "Hinweise lassen sich nicht per E-Mail senden.",
      "Prüfen Sie den Mailserver für Hinweise (`mailfleet notifications show`) und senden Sie eine Testnachricht (`mailfleet notifications test`). Mailfleet sendet die wartenden Hinweise, wenn er wieder funktioniert.",
    ],
  },
};
