import type { Catalogue } from "./catalogue.ts";

/** Italian. */
export const it: Catalogue = {
  words: {
    error: "Errore",
    warning: "Avviso",
    information: "Informazione",
    escalated: "Non ancora risolto",
    cleared: "Risolto",
    nobodyAcknowledged: "Nessuno ha ancora preso in carico questo problema.",
    onceEach: "Riceve un messaggio quando il problema inizia e uno quando finisce, per quante volte si ripeta.",
    isOver: "Questo problema è finito:",
    nothingToDo: "Ora non deve fare nulla.",
    whatToDo: "Che cosa fare ora:",
    about: "Riguarda",
    details: "Dettagli",
    since: "Dal",
    overSince: "Finito il",
    howOften: "Quante volte",
    times: "{count} volte, l'ultima {time}",
    serverSaid: "Risposta del server",
    inAnswerTo: "Al comando",
    server: "Server",
    servers: "Server",
    systemCode: "Codice di sistema",
    alerts: "Segnalazioni",
    alertsCounted: "{count} segnalazioni",
    mailboxes: "Caselle",
    moreAlerts: "e altre {count} segnalazioni",
    howManyAlerts: "Quante segnalazioni",
    atMost: "al massimo {count} insieme",
    incident: "Problema",
    code: "Codice",
    show: "Per vederlo",
    page: "Pagina",
    passed: "{count} caselle hanno superato «prova e attiva».",
    more: "E altre {count}.",
    onceForEachTest:
      "Riceve questo messaggio una volta per ogni «prova e attiva» richiesto; quelli quasi contemporanei arrivano in un solo messaggio.",
    yourCode: "[Mailfleet] Il suo codice: {code}",
    codeProves: "Con questo codice conferma che la casella {address} è sua, così che Mailfleet possa collegarla:",
    codeIsGood:
      "È valido una sola volta, fino a {time}. Lo inserisca dove lo ha richiesto e non lo comunichi a nessuno.",
    codeUnasked: "Se non lo ha richiesto, non deve fare nulla: senza il codice non succede niente.",
    mailbox: "casella",
    profile: "profilo",
    service: "servizio",
    stream: "stream",
    send: "invio",
  },
  codes: {
    HOST_NOT_FOUND: [
      "Il nome del server non si risolve.",
      "Corregga il nome host nel profilo. Se è giusto, controlli il server DNS usato da Mailfleet.",
    ],
    NAME_SERVICE_UNAVAILABLE: [
      "Il server DNS non ha risposto.",
      "Mailfleet riprova. Se continua, controlli il DNS del cluster.",
    ],
    CONNECTION_REFUSED: [
      "Il server rifiuta le connessioni su questa porta.",
      "Controlli che il server di posta funzioni e che host e porta nel profilo siano giusti. Mailfleet riprova.",
    ],
    CONNECTION_TIMEOUT: [
      "Il server non ha risposto in tempo.",
      "Controlli la porta, i firewall e il carico del server. Se il server è solo lento, aumenti il tempo massimo di connessione del profilo.",
    ],
    CONNECTION_LOST: [
      "La connessione si è interrotta.",
      "Mailfleet riprova. Se continua, guardi il registro del server e i firewall intermedi.",
    ],
    NETWORK_UNREACHABLE: [
      "La rete del server non è raggiungibile.",
      "Controlli le rotte e i criteri di rete del cluster.",
    ],
    PROXY_UNREACHABLE: [
      "Il proxy HTTP di questa installazione non ha risposto.",
      "Controlli che il proxy funzioni e l'indirizzo in MAILFLEET_HTTP_PROXY. Gli host che non hanno bisogno del proxy vanno in MAILFLEET_NO_PROXY.",
    ],
    PROXY_REFUSED: [
      "Il proxy HTTP di questa installazione non si è collegato al server.",
      "407: corregga il file di MAILFLEET_HTTP_PROXY_CREDENTIALS. 403: permetta host e porta sul proxy. Da 502 a 504: il proxy non raggiunge il server; guardi il suo registro.",
    ],
    TLS_HANDSHAKE_FAILED: [
      "Il server e Mailfleet non si sono accordati su una connessione sicura.",
      "Controlli che la sicurezza (nessuna, STARTTLS, TLS implicito) sia adatta alla porta e che il server offra TLS 1.2 o successivo.",
    ],
    TLS_NOT_OFFERED: [
      "Il profilo richiede STARTTLS, ma il server non lo offre.",
      "Scelga il TLS implicito con la sua porta, oppure attivi STARTTLS sul server. Mailfleet non passa mai al testo in chiaro.",
    ],
    TLS_CERTIFICATE_UNTRUSTED: [
      "Il certificato del server non è firmato da un'autorità attendibile.",
      "Installi un certificato di un'autorità pubblica, oppure aggiunga la sua autorità ai certificati attendibili del profilo.",
    ],
    TLS_CERTIFICATE_EXPIRED: [
      "Il certificato del server è scaduto.",
      "Rinnovi il certificato sul server, poi riprovi la casella.",
    ],
    TLS_NAME_MISMATCH: [
      "Il certificato del server è per un altro nome.",
      "Usi come host il nome del certificato, oppure installi un certificato per questo host.",
    ],
    PORT_SPEAKS_TLS: [
      "Questa porta parla TLS dal primo byte.",
      "Imposti la sicurezza nel profilo su tls, oppure usi la porta del server per STARTTLS.",
    ],
    PORT_SPEAKS_PLAIN: [
      "Questa porta risponde in chiaro all'handshake TLS.",
      "Imposti la sicurezza nel profilo su starttls, o su none se il server non offre TLS; oppure usi la porta TLS del server.",
    ],
    NOT_THIS_PROTOCOL: [
      "Su questa porta risponde qualcosa che non parla il protocollo atteso.",
      "Controlli host e porta nel profilo.",
    ],
    EHLO_NAME_REFUSED: [
      "Il server non accetta il nome con cui Mailfleet si presenta (EHLO).",
      "Imposti nel profilo un nome host completo (ehloName) che si risolva nell'indirizzo da cui Mailfleet si collega.",
    ],
    EHLO_NOT_OFFERED: [
      "Il server conosce solo HELO, quindi non offre né accesso né cifratura.",
      "Controlli host e porta: i server per l'invio offrono EHLO. Un server che accetta posta senza accesso si può usare con le credenziali `anonymous` e la sicurezza `none`.",
    ],
    SERVER_UNAVAILABLE: [
      "Il server dice di non essere disponibile.",
      "Mailfleet riprova. Se continua, chieda al gestore del server.",
    ],
    RATE_LIMITED: [
      "Il server chiede a Mailfleet di rallentare.",
      "Mailfleet aspetta quanto chiede il server. Se continua, faccia ricevere o inviare meno spesso la casella, oppure chieda al fornitore un limite più alto.",
    ],
    TOO_MANY_CONNECTIONS: [
      "Il server non accetta altre connessioni contemporanee.",
      "Riduca il massimo di connessioni contemporanee del profilo, oppure aumenti il limite sul server.",
    ],
    MAILBOX_IN_USE: [
      "Un'altra sessione ha aperto la casella, e il server ne permette una sola.",
      "Chiuda l'altro programma di posta, o lo faccia controllare meno spesso. Mailfleet riprova.",
    ],
    SENDING_LIMIT_REACHED: [
      "La casella ha raggiunto il limite di invio.",
      "Aspetti che il limite sia tolto, oppure distribuisca la posta su più caselle.",
    ],
    AUTHENTICATION_REJECTED: [
      "Il server ha rifiutato il nome utente o la password.",
      "Imposti le credenziali giuste. Mailfleet poi riprova la casella.",
    ],
    PROFILE_CREDENTIALS_REFUSED: [
      "Il server ha rifiutato il nome utente o la password del profilo, usati da tutte le sue caselle. Mailfleet non li riprova, perché l'account non venga bloccato.",
      "Imposti le credenziali giuste nel profilo. Mailfleet poi riprova le sue caselle. Se invece le corregge sul server, esegua `mailfleet profile test-connection PROFILE --mailbox ADDRESS`, poi provi e attivi le caselle del profilo.",
    ],
    FIRST_SIGN_IN_AWAITED: [
      "Un'altra casella sta provando il nome utente e la password del profilo, che non si sa ancora se funzionano. Questa casella ha aspettato invano il risultato e non ha interrogato il server.",
      "Mailfleet riprova. Se continua, il server risponde lentamente agli accessi: ne guardi il carico e il registro.",
    ],
    CREDENTIALS_MISSING: [
      "Per questa direzione non sono memorizzate credenziali.",
      "Imposti nome utente e password nella casella, o nel profilo se è il profilo a tenere le credenziali. Se un server accetta posta senza accesso, il profilo deve dirlo (credenziali di invio: anonymous).",
    ],
    SIGN_IN_NEEDED: [
      "Il server richiede un accesso per inviare, ma il profilo dice che non serve.",
      "Scelga nel profilo chi tiene le credenziali di invio (casella o profilo) e imposti lì nome utente e password.",
    ],
    CREDENTIALS_FOR_ANOTHER_SERVER: [
      "Le credenziali memorizzate furono inserite per un altro server: da allora host, porta o endpoint dei token sono cambiati.",
      "Imposti di nuovo le credenziali, se possono essere inviate al server che il profilo indica ora.",
    ],
    CREDENTIALS_UNREADABLE: [
      "Le credenziali memorizzate non si aprono con le chiavi di questa installazione.",
      "Dia al servizio la chiave privata corrispondente, oppure imposti di nuovo le credenziali.",
    ],
    AUTHENTICATION_NOT_OFFERED: [
      "Il server non offre l'accesso con nome utente e password.",
      "Controlli la sicurezza nel profilo: molti server lo offrono solo su TLS. Altrimenti scelga un altro tipo di profilo.",
    ],
    NTLM_CHALLENGE_REFUSED: [
      "Il server, o un proxy davanti a esso, ha inviato una richiesta NTLM che Mailfleet rifiuta: è malformata o più vecchia di NTLMv2.",
      "La prova dice che cosa non va. Permetta NTLMv2 sul server (LmCompatibilityLevel 3 o superiore) e cerchi un proxy intermedio. Oppure usi Basic su TLS.",
    ],
    TLS_TOO_WEAK: [
      "Il server usa una suite di cifratura troppo debole.",
      "Sul server attivi TLS 1.3, oppure TLS 1.2 con suite che iniziano con TLS_ECDHE e finiscono con SHA256 o SHA384, e disattivi le altre.",
    ],
    AUTODISCOVER_FAILED: [
      "Non è stato possibile trovare l'indirizzo del server della casella.",
      "Legga che cosa ha risposto ogni punto. Controlli l'host nel profilo: autodiscover deve rispondere in questo dominio o sotto di esso. Oppure inserisca l'indirizzo dell'API e disattivi autodiscover.",
    ],
    IMPERSONATION_DENIED: [
      "L'account del profilo non può rappresentare questa casella.",
      "Dia il diritto all'account in Exchange Management Shell: New-ManagementRoleAssignment -Name Mailfleet -Role ApplicationImpersonation -User <account>. Se lo limita con -CustomRecipientWriteScope <scope>, l'ambito deve comprendere questa casella. Aspetti qualche minuto che abbia effetto, poi riprovi.",
    ],
    DELEGATION_DENIED: [
      "L'account del profilo non ha diritti su questa casella.",
      "Dia il diritto all'account in Exchange Management Shell: Add-MailboxPermission -Identity <mailbox> -User <account> -AccessRights FullAccess; per inviare anche Add-ADPermission -Identity <mailbox> -User <account> -ExtendedRights Send-As. Poi riprovi.",
    ],
    EXCHANGE_TOO_OLD: [
      "Sul server c'è una versione di Exchange precedente a 2013 SP1.",
      "Aggiorni il server: Mailfleet funziona con Exchange 2013 SP1 e successivi. Uno più vecchio può offrire IMAP e SMTP.",
    ],
    CREDENTIALS_NOT_ALLOWED: [
      "La casella ha credenziali, ma Mailfleet non può usarle.",
      "Attivi `allow to use credentials` per la casella, oppure le dia un profilo che tiene le credenziali.",
    ],
    MAILBOX_NOT_ADDRESSED: [
      "Le credenziali del profilo aprono una sola posta in arrivo, ma più caselle le usano.",
      "Dia al profilo un modo per indicare ogni casella: un'identità di autorizzazione SASL o un nome utente come {address}*master.",
    ],
    IMAP_SWITCHED_OFF: [
      "IMAP è disattivato per questo account.",
      "Chieda all'utente della casella di attivare IMAP nelle impostazioni dell'account (Gmail: Impostazioni, Inoltro e POP/IMAP), o all'amministratore del dominio di permetterlo. Poi riprovi.",
    ],
    POP_SWITCHED_OFF: [
      "POP è disattivato per questo account.",
      "Chieda all'utente della casella di attivare POP nelle impostazioni dell'account (Gmail: Impostazioni, Inoltro e POP/IMAP), o all'amministratore del dominio di permetterlo. Poi riprovi.",
    ],
    API_SWITCHED_OFF: [
      "L'API di posta del fornitore non è attivata per l'applicazione.",
      "Attivi la Gmail API nel progetto del client OAuth (APIs & Services, Library), aspetti qualche minuto, poi riprovi.",
    ],
    APP_PASSWORD_NEEDED: [
      "Il server non accetta la password normale dell'account.",
      "Usi un profilo con accesso OAuth. Oppure, se la verifica in due passaggi è attiva e il dominio lo permette, imposti una password per le app.",
    ],
    CONSENT_MISSING: [
      "Nessuno ha ancora effettuato l'accesso per questa casella.",
      "Chieda all'utente della casella di accedere con il link presente nella casella. Mailfleet poi prova la casella.",
    ],
    CONSENT_ENDED_IN_TESTING: [
      "Il permesso di usare questa casella è finito. L'applicazione OAuth è ancora in prova presso il fornitore, dove un permesso dura al massimo sette giorni.",
      "Chieda all'utente della casella di accedere di nuovo con il link presente nella casella. Perché non accada ogni settimana, pubblichi prima l'applicazione (schermata di consenso OAuth: In production, o Internal in un Workspace).",
    ],
    CONSENT_TOO_NARROW: [
      "Il permesso non comprende ciò che serve a questa direzione.",
      "Chieda all'utente della casella di accedere di nuovo con il link presente nella casella e di lasciare selezionate tutte le voci.",
    ],
    CLIENT_SECRET_MISSING: [
      "L'applicazione OAuth del profilo non ha segreto, certificato o chiave.",
      "Imposti nel profilo il segreto del client, il certificato o la chiave dell'account di servizio.",
    ],
    CLIENT_REJECTED: [
      "Il server di autorizzazione non accetta l'applicazione OAuth.",
      "Controlli id e segreto (o certificato) del client nel profilo; se il segreto è scaduto, ne crei uno nuovo presso il fornitore.",
    ],
    KEY_VAULT_CLIENT_REJECTED: [
      "Il server di autorizzazione non accetta l'applicazione che legge il certificato nel key vault.",
      "Ne controlli id e segreto nel profilo (keyVault). Se il segreto è scaduto, ne crei uno nuovo in Entra e lo imposti. L'applicazione deve essere nello stesso tenant di quella che usa il certificato.",
    ],
    KEY_VAULT_TOKEN_REFUSED: [
      "Il key vault non accetta token di questo tenant.",
      "La prova dice di quale autorità si fida il vault. Indichi un vault che appartiene al tenant e al cloud del profilo, oppure sposti il vault in quel tenant (az keyvault update --set properties.tenantId=...).",
    ],
    KEY_VAULT_ACCESS_DENIED: [
      "L'applicazione non può leggere i segreti del key vault.",
      "Le dia il ruolo Key Vault Secrets User sul vault o, se il vault ha criteri di accesso, il permesso Get sui segreti (az keyvault set-policy --name VAULT --spn CLIENT-ID --secret-permissions get). Aspetti qualche minuto che abbia effetto, poi riprovi.",
    ],
    KEY_VAULT_FIREWALL: [
      "Il firewall del key vault non lascia entrare Mailfleet.",
      "Aggiunga alla rete del vault l'indirizzo da cui i worker di Mailfleet raggiungono Internet, oppure li colleghi con un endpoint privato. Poi riprovi.",
    ],
    KEY_VAULT_CERTIFICATE_NOT_FOUND: [
      "Nel key vault non c'è questo certificato, o non in questa versione.",
      "Corregga il nome o la versione nel profilo. Un certificato eliminato si può recuperare nel vault finché vi è conservato.",
    ],
    KEY_VAULT_CERTIFICATE_DISABLED: [
      "Il certificato è disattivato nel key vault.",
      "Lo attivi nel vault, oppure indichi un altro certificato o un'altra versione. Poi riprovi.",
    ],
    KEY_VAULT_CERTIFICATE_UNUSABLE: [
      "Mailfleet non può usare ciò che il key vault contiene come certificato dell'applicazione.",
      "La prova dice che cosa non va. Il certificato ha bisogno di una chiave RSA esportabile di almeno 2048 bit e non deve essere scaduto. Il tipo di contenuto application/x-pem-file si legge sempre.",
    ],
    DELEGATION_MISSING: [
      "L'account di servizio non può agire per questa casella.",
      "Chieda a un amministratore di Workspace di inserire l'id client dell'account di servizio con gli scope in Security, API controls, Domain-wide delegation. Ha effetto dopo qualche minuto; intanto Mailfleet riprova.",
    ],
    CLOCK_DIFFERS: [
      "L'orologio di questa macchina è troppo diverso da quello del server di autorizzazione.",
      "Regoli l'orologio (NTP), poi riprovi.",
    ],
    OAUTH_REFUSED: [
      "Il server di autorizzazione rifiuta la richiesta di un token.",
      "Legga le parole del server e controlli scope, tenant ed endpoint nel profilo.",
    ],
    REFRESH_BUSY: ["Un altro processo sta ancora rinnovando il token di questa casella.", "Mailfleet riprova."],
    ACCESS_DENIED: [
      "Il fornitore nega l'accesso a questa casella.",
      "Controlli presso il fornitore che l'account esista, abbia una licenza e permetta l'applicazione.",
    ],
    MAILBOX_OUT_OF_SCOPE: [
      "L'applicazione non può agire per questa casella: manca un'autorizzazione o il consenso dell'amministratore, o il suo ambito in Exchange Online esclude la casella.",
      "In Entra controlli le autorizzazioni (Mail.Read o Mail.ReadWrite, Mail.Send) e il consenso dell'amministratore. Poi interroghi Exchange Online con PowerShell: `Test-ServicePrincipalAuthorization -Identity CLIENT-ID -Resource MAILBOX` (RBAC per applicazioni), `Test-ApplicationAccessPolicy -AppId CLIENT-ID -Identity MAILBOX` (criterio di accesso). Se è fuori ambito, `Add-DistributionGroupMember` mette la casella nel gruppo indicato dall'ambito. Una modifica richiede fino a due ore.",
    ],
    TENANT_APPROVAL_MISSING: [
      "L'amministratore del tenant non ha permesso all'applicazione di agire per questa casella: il suo token non ha autorizzazioni per essa, e nessun ruolo in Exchange Online la comprende.",
      "Chieda a un Global Administrator o Privileged Role Administrator del tenant di aprire l'applicazione in Entra (App registrations, API permissions), aggiungere le autorizzazioni Mail.Read o Mail.ReadWrite (per ricevere) e Mail.Send (per inviare) e dare il consenso dell'amministratore. Oppure chieda a un amministratore di Exchange di assegnare il ruolo per un ambito che comprenda la casella: `New-ManagementRoleAssignment -App CLIENT-ID -Role \"Application Mail.ReadWrite\" -CustomResourceScope SCOPE`. Una modifica richiede fino a due ore; poi riprovi.",
    ],
    ITEMS_NOT_ACCESSIBLE: [
      "Mailfleet non può usare il calendario, i contatti o le attività della casella.",
      "La prova dice quali, e che cosa serve. Exchange Online: in Entra dia all'applicazione le autorizzazioni Calendars.ReadWrite, Contacts.ReadWrite e Tasks.ReadWrite.All con il consenso dell'amministratore; il suo ambito deve comprendere la casella. Exchange locale: l'account ha bisogno della rappresentazione o delle credenziali della casella. Poi riprovi.",
    ],
    ITEMS_OF_ANOTHER_ORGANISATION: [
      "Un'altra organizzazione sincronizza appuntamenti, contatti e attività di questa casella.",
      "Due insieme annullerebbero le modifiche l'una dell'altra. Chieda ai gestori dell'altra installazione di impostare il metodo di recapito per act su none. Per prendere in carico la casella, un amministratore esegue `mailfleet mailbox test-and-enable ADDRESS --take-over`; l'altra poi smette da sola.",
    ],
    PORT_NOT_ALLOWED: [
      "L'impostazione `allowed outbound ports` dell'organizzazione non permette connessioni a questa porta.",
      "Scelga una porta permessa, o cambi l'impostazione.",
    ],
    ADDRESS_NOT_ALLOWED: [
      "Il nome porta a un indirizzo a cui Mailfleet non può collegarsi.",
      "Corregga il nome host, oppure permetta la sua rete: per i server di posta nell'impostazione `allowed networks`, per HTTP in MAILFLEET_ALLOWED_PRIVATE_NETWORKS. Gli indirizzi link-local e di metadati non sono mai permessi.",
    ],
    REDIRECT_REFUSED: [
      "Il server ha tentato di reindirizzare la richiesta.",
      "Inserisca nel profilo l'indirizzo finale. Le richieste con token non seguono reindirizzamenti.",
    ],
    ANSWER_TOO_LARGE: [
      "La risposta del server è più grande di quanto permesso ed è stata troncata.",
      "Controlli che il profilo indichi il server giusto. Se è così, lo segnali.",
    ],
    ACCOUNT_DISABLED: [
      "Il server dice che questo account è disattivato o non può usare questo protocollo.",
      "Attivi sul server l'account o il suo accesso con questo protocollo. Poi riprovi.",
    ],
    CONSENT_EXPIRED: [
      "Il permesso di usare questa casella è finito.",
      "Chieda all'utente della casella di accedere di nuovo con il link presente nella casella.",
    ],
    MAILBOX_NOT_FOUND: [
      "Il server non ha una casella con questo indirizzo.",
      "Controlli l'indirizzo della casella: un gruppo di distribuzione o un alias non è una casella. In un'organizzazione ibrida usi il profilo del lato che la ospita.",
    ],
    MAILBOX_NOT_ONLINE: [
      "Exchange Online conosce l'account, ma non ne serve la casella.",
      "Dia all'account una licenza con Exchange Online, oppure usi un profilo del server Exchange che ospita la casella.",
    ],
    LICENCE_MISSING: [
      "L'account non ha una licenza con Exchange Online, quindi non c'è una casella per esso.",
      "Dia all'account una licenza il cui piano comprende Exchange Online, aspetti qualche minuto che la casella sia creata, poi riprovi. Se la casella è su un server Exchange dell'organizzazione, usi il profilo di quel server. Una casella condivisa o una sala non ha bisogno di licenza, ma la sua casella deve esistere.",
    ],
    INBOX_UNAVAILABLE: [
      "La posta in arrivo non si apre.",
      "Controlli sul server che la casella esista e che questo utente possa leggerla.",
    ],
    SENDER_REFUSED: [
      "Questo utente non può inviare dall'indirizzo della casella.",
      "Dia all'utente il diritto di inviare come questo indirizzo, oppure usi le credenziali della casella.",
    ],
    RECIPIENT_REFUSED: [
      "Il server ha rifiutato i destinatari di questo messaggio.",
      "Corregga i destinatari e lo invii di nuovo. La casella funziona.",
    ],
    MESSAGE_REFUSED: [
      "Il server ha rifiutato questo messaggio per il suo contenuto.",
      "Legga le parole del server, cambi il messaggio e lo invii di nuovo. La casella funziona.",
    ],
    TEST_MESSAGE_REFUSED: [
      "Il server ha rifiutato il messaggio di prova che la casella invia a sé stessa.",
      "Legga le parole del server e corregga ciò che indicano: l'indirizzo della casella, il suo accesso o una regola del server sul contenuto. Poi riprovi.",
    ],
    SERVER_LACKS_EXTENSION: [
      "Il messaggio ha bisogno di qualcosa che il server non offre: testo a 8 bit (8BITMIME) o indirizzi internazionali (SMTPUTF8).",
      "Codifichi il messaggio a 7 bit prima di firmarlo, oppure usi indirizzi ASCII. Se il server accetta comunque testo a 8 bit, lo dica nel profilo (eightBitPolicy).",
    ],
    MESSAGE_NOT_STORED: [
      "Il database non ha accettato il messaggio.",
      "Guardi il messaggio sul server. La prova dice perché non è stato possibile memorizzarlo.",
    ],
    MESSAGE_TOO_LARGE: [
      "Il messaggio è più grande di quanto il server accetta.",
      "Lo invii di nuovo con allegati più piccoli.",
    ],
    MESSAGE_DEFERRED: [
      "Il server ha chiesto di riprovare più tardi con questo messaggio.",
      "Mailfleet riprova. Alcuni server rispondono così la prima volta che vedono un mittente (greylisting).",
    ],
    MAILBOX_DELETED: [
      "La casella è stata eliminata prima che questo messaggio fosse inviato.",
      "Lo invii da un'altra casella, se è ancora importante.",
    ],
    RESTORED_FROM_BACKUP: [
      "Il database è stato ripristinato da un backup. Nessuno sa se questo messaggio è partito dopo il backup.",
      "Lo cerchi nella cartella della posta inviata della casella. Se non c'è, sblocchi l'invio; se c'è, lo scarti.",
    ],
    SEND_DISCARDED: ["Qualcuno ha scartato questo messaggio prima che fosse inviato.", "Nulla."],
    PROFILE_MISSING: [
      "La casella o il suo profilo non esiste più.",
      "Dia alla casella un altro profilo, poi la provi.",
    ],
    NO_CONNECTOR: [
      "Questa installazione non ha un connettore per il protocollo del profilo.",
      "Scelga un altro protocollo nel profilo, oppure porti tutti i servizi alla stessa versione.",
    ],
    MAILBOX_FULL: ["La casella è piena.", "Liberi spazio nella casella o ne aumenti la quota."],
    RUN_LOST: [
      "Un'esecuzione non ha dato un risultato entro il termine.",
      "Se continua, controlli che i worker funzionino e cerchi i messaggi non elaborati (dead letters).",
    ],
    RUN_TIMEOUT: [
      "L'esecuzione è durata più del permesso ed è stata fermata.",
      "Controlli la velocità del server. Una casella grande riprende da dove si era fermata.",
    ],
    MAILBOX_NOT_CONNECTED: [
      "L'accesso è stato accettato, ma il server non lo collega a nessuna casella.",
      "Controlli che abbia effettuato l'accesso l'account giusto, che abbia una licenza, che possa usare questo protocollo e, per una casella condivisa, che possa aprirla; e che l'applicazione abbia lo scope per il protocollo.",
    ],
    LISTING_INCOMPLETE: [
      "Il server elenca meno messaggi di quanti dice che ci siano. Quelli elencati si ricevono; nulla è saltato.",
      "Se continua, faccia ricostruire l'indice della casella sul server. La prova contiene i due numeri.",
    ],
    PROTOCOL_ERROR: [
      "La risposta del server viola le regole del suo protocollo.",
      "Se continua, invii la prova al gestore del server.",
    ],
    UNCLASSIFIED: [
      "Mailfleet non conosce questa risposta del server.",
      "Legga le parole del server. Mailfleet riprova. Segnali il testo, perché riceva un codice.",
    ],
    INTERNAL_ERROR: [
      "Mailfleet ha sbagliato: è un difetto del programma.",
      "Cerchi l'id di correlazione nei registri e lo segnali.",
    ],
    TEST_PASSED: ["La prova della casella è riuscita.", "Nulla."],
    MAILBOX_ENABLED: [
      "La casella ha superato «prova e attiva».",
      "Nulla. Mailfleet la tiene collegata, riprova ciò che non riesce per un po' e segnala se deve fermarsi.",
    ],
    SETTINGS_CHANGED: [
      "Un'impostazione della connessione è cambiata. I risultati precedenti non valgono più.",
      "Nulla se la casella era attiva: Mailfleet la riprova. Altrimenti la provi.",
    ],
    PROFILE_SIGN_IN_REFUSED: [
      "Un server ha rifiutato il nome utente o la password di un profilo. Nessuna casella del profilo li riprova, perché l'account non venga bloccato.",
      "Imposti le credenziali giuste nel profilo. Mailfleet poi riprova le sue caselle. Se invece le corregge sul server, esegua `mailfleet profile test-connection PROFILE --mailbox ADDRESS`, poi provi e attivi le caselle del profilo.",
    ],
    PROFILE_MAILBOXES_FAILING: [
      "Più della metà delle caselle di un profilo non funziona.",
      "Guardi che cosa hanno in comune: `mailfleet profile test-connection PROFILE` ne prova i server. Mailfleet continua a provare da solo e dice quando è finito.",
    ],
    STALLED: [
      "La casella è attiva, ma da tre intervalli nessun controllo della posta è riuscito.",
      "Controlli che inbound-sync funzioni e sia pronto, e cerchi i messaggi non elaborati (dead letters). `sync-now` controlla subito la casella.",
    ],
    THROTTLED_FOR_HOURS: [
      "Da ore il server chiede a Mailfleet solo di rallentare o di tornare più tardi.",
      "Legga le parole del server. Faccia inviare meno o controllare meno spesso questa casella, oppure chieda al gestore del server un limite più alto.",
    ],
    WATCH_STALLED: [
      "Il server non annuncia la nuova posta, benché l'avesse promesso: per due volte di seguito l'ha trovata solo un controllo.",
      "Nulla è perso: i controlli trovano la posta. Se continua, disattivi `watch` nel profilo e avvisi l'amministratore del server.",
    ],
    SEND_UNCERTAIN: [
      "La connessione si è interrotta dopo la consegna di un messaggio. Nessuno sa se è stato inviato.",
      "Ne cerchi il Message-ID nella posta inviata, poi sblocchi l'invio o lo scarti.",
    ],
    REPORTS_NOT_MOVED: [
      "Sono stati ricevuti rapporti di mancato recapito, ma non è stato possibile spostarli nella cartella indicata dal profilo.",
      "Legga le parole del server. Spostare richiede più diritti che leggere: per Microsoft Graph Mail.ReadWrite. Mailfleet riprova a ogni controllo.",
    ],
    SENT_COPY_MISSING: [
      "Un messaggio è stato inviato, ma non è ancora stato possibile archiviarlo nella posta inviata.",
      "Legga le parole del server. Mailfleet prova per un giorno ad archiviare la copia con l'IMAP della casella, come dice il profilo (sent-copy).",
    ],
    SEND_EXPIRED: [
      "Un messaggio ha aspettato la sua casella più di quanto il profilo permette e non è stato inviato.",
      "Lo invii di nuovo, se è ancora importante.",
    ],
    MESSAGE_QUARANTINED: [
      "Non è stato possibile ricevere o memorizzare un messaggio. È stato messo da parte e si riprova più tardi; la casella continua.",
      "Guardi il messaggio sul server. La prova dice perché è stato rifiutato.",
    ],
    MESSAGES_MISSED: [
      "Una verifica ha trovato messaggi sfuggiti ai controlli e li ha ricevuti.",
      "Lo segnali con nome e versione del server: un controllo avrebbe dovuto riceverli.",
    ],
    SOURCE_CHANGED: [
      "La casella si legge da un account o un server diverso da prima.",
      "Nulla, se era voluto: i messaggi già ricevuti si riconoscono dal contenuto e non sono consegnati di nuovo.",
    ],
    SOURCE_RESTORED: [
      "La posta in arrivo è stata ripristinata o sostituita sul server: l'ultimo messaggio letto manca o è cambiato.",
      "Verifichi se sul server manca posta. I messaggi già ricevuti non sono consegnati di nuovo, quelli nuovi si ricevono.",
    ],
    UIDVALIDITY_CHANGED: [
      "Il server ha rinumerato i messaggi della posta in arrivo (RFC 9051 §2.3.1.1).",
      "Nulla: i messaggi già ricevuti si riconoscono dal contenuto e non sono consegnati di nuovo.",
    ],
    HISTORY_LOST: [
      "Il server non sa più che cosa è cambiato dall'ultimo controllo. Tutto è stato confrontato di nuovo.",
      "Nulla: i messaggi già ricevuti si riconoscono e non sono consegnati di nuovo.",
    ],
    CONSENT_ENDS_IN_14_DAYS: [
      "Il permesso di usare questa casella finisce tra 14 giorni.",
      "Chieda all'utente della casella di accedere di nuovo prima di allora con il link presente nella casella.",
    ],
    CONSENT_ENDS_IN_3_DAYS: [
      "Il permesso di usare questa casella finisce tra 3 giorni.",
      "Chieda all'utente della casella di accedere di nuovo prima di allora con il link presente nella casella.",
    ],
    CONSENT_ENDS_IN_1_DAY: [
      "Il permesso di usare questa casella finisce tra 1 giorno.",
      "Chieda all'utente della casella di accedere di nuovo prima di allora con il link presente nella casella.",
    ],
    SECRET_ENDS_IN_14_DAYS: [
      "Il segreto di un'applicazione scade tra 14 giorni.",
      "Crei un nuovo segreto presso il fornitore e lo imposti con la sua scadenza al posto del vecchio.",
    ],
    SECRET_ENDS_IN_3_DAYS: [
      "Il segreto di un'applicazione scade tra 3 giorni.",
      "Crei un nuovo segreto presso il fornitore e lo imposti con la sua scadenza al posto del vecchio.",
    ],
    SECRET_ENDS_IN_1_DAY: [
      "Il segreto di un'applicazione scade tra 1 giorno.",
      "Crei un nuovo segreto presso il fornitore e lo imposti con la sua scadenza al posto del vecchio.",
    ],
    SECRET_ENDED: [
      "Il segreto di un'applicazione è scaduto.",
      "Crei un nuovo segreto presso il fornitore e lo imposti con la sua scadenza al posto del vecchio.",
    ],
    DEAD_LETTER: [
      "Un messaggio tra i servizi non si è potuto elaborare ed è stato messo da parte.",
      "Ne guardi il motivo. Lo ripeta quando la causa è risolta, oppure lo scarti.",
    ],
    WEBHOOK_DEAD: [
      "A un webhook non arriva nulla. Mailfleet ha rinunciato; i fatti aspettano nello stream per 14 giorni.",
      "Ripari il ricevente, poi cambi la sottoscrizione in qualsiasi modo, per esempio `mailfleet subscription update NAME --active yes`: Mailfleet riprende da dove si era fermato.",
    ],
    STREAM_FILLING: [
      "Uno stream del bus dei messaggi è pieno per più del 70 %.",
      "Controlli che i suoi consumatori funzionino. Se il carico è reale, aumenti il limite dello stream.",
    ],
    BUS_REFUSES_SIGN_IN: [
      "Il bus dei messaggi rifiuta il nostro accesso.",
      "Dia di nuovo a NATS la chiave pubblica del nostro nkey, o il nostro utente con la password. Nulla è perso, e il lavoro poi riprende da solo.",
    ],
    NOTIFICATION_FAILED: [
      "Gli avvisi non si possono inviare per e-mail.",
      "Controlli il server di posta per gli avvisi (`mailfleet notifications show`) e invii un messaggio di prova (`mailfleet notifications test`). Mailfleet invia gli avvisi in attesa quando funziona di nuovo.",
    ],
  },
};
