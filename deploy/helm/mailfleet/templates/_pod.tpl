{{- /* What every pod has, whether of a service or of the topology step: { root, name, fact, resources, command }. */ -}}
{{- define "mailfleet.environment" -}}
{{- $values := .root.Values -}}
MAILFLEET_NATS_URL_FILE: /run/secrets/nats-url
MAILFLEET_NATS_NKEY_FILE: /run/secrets/nats-nkey
MAILFLEET_MONGO_URL_FILE: /run/secrets/mongo-url
MAILFLEET_MONGO_DB: {{ $values.mongodb.database | quote }}
MAILFLEET_LOG_LEVEL: {{ $values.log.level }}
MAILFLEET_LOG_ADDRESSES: {{ $values.log.addresses }}
NODE_OPTIONS: {{ printf "--max-old-space-size=%s %s" (include "mailfleet.heap" .resources.limits.memory) (.fact.nodeOptions | default "") | trim | quote }}
{{- if eq .name "topology" }}
MAILFLEET_STREAM_REPLICAS: {{ $values.topology.streamReplicas | quote }}
MAILFLEET_FACTS_BYTES: {{ int64 $values.topology.factsBytes | quote }}
{{- with $values.topology.outsideAccounts }}
MAILFLEET_OUTSIDE_ACCOUNTS: {{ join "," . | quote }}
{{- end }}
{{- else }}
MAILFLEET_HTTP_HOST: 0.0.0.0
MAILFLEET_HTTP_PORT: "9464"
{{- with $values.tracing.url }}
MAILFLEET_OTLP_URL: {{ . }}
MAILFLEET_TRACE_RATIO: {{ $values.tracing.ratio | quote }}
{{- end }}
{{- end }}
{{- if .fact.consoleUrl }}
{{- with include "mailfleet.consoleUrl" .root }}
MAILFLEET_CONSOLE_URL: {{ . | quote }}
{{- end }}
{{- end }}
{{- if eq .name "console" }}
MAILFLEET_ALLOW_PLAIN_HTTP: {{ or $values.console.ingress.enabled $values.console.behindTls | quote }}
{{- with $values.console.openId }}
{{- if .issuer }}
MAILFLEET_OIDC_ISSUER: {{ .issuer | quote }}
MAILFLEET_OIDC_CLIENT_ID: {{ .clientId | quote }}
MAILFLEET_OIDC_ROLES: {{ .roles | toJson | quote }}
MAILFLEET_OIDC_GROUPS_CLAIM: {{ .groupsClaim | quote }}
MAILFLEET_OIDC_SCOPES: {{ .scopes | quote }}
MAILFLEET_OIDC_SIGN_OUT: {{ .signOut | quote }}
{{- with .name }}
MAILFLEET_OIDC_NAME: {{ . | quote }}
{{- end }}
{{- with .sessionMinutes }}
MAILFLEET_OIDC_SESSION_MINUTES: {{ . | quote }}
{{- end }}
{{- if .clientSecret }}
MAILFLEET_OIDC_CLIENT_SECRET_FILE: /run/secrets/oidc-client-secret
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- if .fact.outside }}
{{- with $values.outside }}
{{- with .allowedPrivateNetworks }}
MAILFLEET_ALLOWED_PRIVATE_NETWORKS: {{ join "," . | quote }}
{{- end }}
{{- with .proxy }}
MAILFLEET_HTTP_PROXY: {{ . | quote }}
{{- end }}
{{- with .noProxy }}
MAILFLEET_NO_PROXY: {{ join "," . | quote }}
{{- end }}
{{- if .proxyCredentialsSecret }}
MAILFLEET_HTTP_PROXY_CREDENTIALS: /run/secrets/proxy-credentials
{{- end }}
{{- end }}
{{- end }}
{{- with .fact.environment }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* Secrets as one folder, with the files of this pod only. */ -}}
{{- define "mailfleet.secrets" -}}
{{- $secrets := .root.Values.secrets -}}
- secret:
    name: {{ $secrets.engines }}
    items:
      - { key: nats-url, path: nats-url }
      - { key: {{ .name }}-nats-nkey, path: nats-nkey }
      - { key: {{ .fact.mongoUser | default .name }}-mongo-url, path: mongo-url }
{{- range $which, $file := .fact.secrets | default dict }}
- secret:
    name: {{ index $secrets $which }}
    items: [{ key: {{ $file }}, path: {{ $file }} }]
{{- end }}
{{- if and (eq .name "console") .root.Values.console.openId.issuer .root.Values.console.openId.clientSecret }}
- secret:
    name: {{ .root.Values.console.openId.clientSecret }}
    items: [{ key: client-secret, path: oidc-client-secret }]
{{- end }}
{{- if and .fact.outside .root.Values.outside.proxyCredentialsSecret }}
- secret:
    name: {{ .root.Values.outside.proxyCredentialsSecret }}
    items: [{ key: credentials, path: proxy-credentials }]
{{- end }}
{{- end -}}

{{- define "mailfleet.podSpec" -}}
{{- $values := .root.Values -}}
{{- $environment := include "mailfleet.environment" . | fromYaml -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $values.image.pullSecrets }}
imagePullSecrets: {{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile: { type: RuntimeDefault }
containers:
  - name: {{ .name }}
    image: {{ printf "%smailfleet-%s:%s" $values.image.prefix (ternary "cli" .name (eq .name "topology")) ($values.image.tag | default .root.Chart.AppVersion) | quote }}
    imagePullPolicy: {{ $values.image.pullPolicy }}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities: { drop: [ALL] }
    resources: {{- toYaml .resources | nindent 6 }}
    env:
      {{- range $key, $value := $environment }}
      - { name: {{ $key }}, value: {{ $value | quote }} }
      {{- end }}
      {{- if ne .name "topology" }}
      - { name: MAILFLEET_REPLICA, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
      {{- end }}
    {{- with .args }}
    args: {{ toJson . }}
    {{- end }}
    {{- if ne .name "topology" }}
    ports:
      - { name: health, containerPort: 9464 }
      {{- if eq .name "console" }}
      - { name: http, containerPort: 8480 }
      {{- end }}
    # A start waits for NATS and MongoDB as long as it takes, and is alive.
    startupProbe:
      httpGet: { path: /livez, port: health }
      periodSeconds: 2
      failureThreshold: 30
    readinessProbe:
      httpGet: { path: /readyz, port: health }
      periodSeconds: 5
      timeoutSeconds: 5
      failureThreshold: 3
    # It asks neither NATS nor MongoDB: their outage restarts nothing.
    livenessProbe:
      httpGet: { path: /livez, port: health }
      periodSeconds: 10
      timeoutSeconds: 5
      failureThreshold: 6
    {{- end }}
    {{- if eq .name "console" }}
    # Until no request is sent here any more.
    lifecycle: { preStop: { sleep: { seconds: 5 } } }
    {{- end }}
    volumeMounts:
      - { name: secrets, mountPath: /run/secrets, readOnly: true }
      {{- if eq .name "console" }}
      - { name: token, mountPath: /token }
      {{- end }}
volumes:
  - name: secrets
    projected:
      defaultMode: 0440
      sources: {{- include "mailfleet.secrets" . | nindent 8 }}
  {{- if eq .name "console" }}
  - name: token
    emptyDir: { medium: Memory, sizeLimit: 1Mi }
  {{- end }}
{{- end -}}
