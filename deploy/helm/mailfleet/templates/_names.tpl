{{- /* Facts of each service that are not a choice: test `chart.int.test.ts` compares them with the declarations. */ -}}
{{- define "mailfleet.services" -}}
config: { consoleUrl: true }
scheduler: {}
inbound-sync:
  outside: true
  secrets: { mailboxOpenKeys: mailbox-open-keys.json }
  environment: { MAILFLEET_OPEN_KEYS: /run/secrets/mailbox-open-keys.json }
  # A thousand watches leave more behind in a young generation of V8's own size.
  nodeOptions: --max-semi-space-size=8
  lag:
    - { stream: RUNS, consumer: inbound-runs }
outbound-send:
  outside: true
  secrets: { mailboxOpenKeys: mailbox-open-keys.json }
  environment: { MAILFLEET_OPEN_KEYS: /run/secrets/mailbox-open-keys.json }
  lag:
    - { stream: RUNS, consumer: outbound-runs }
    - { stream: SENDS, consumer: outbound-sends }
alerting:
  consoleUrl: true
  outside: true
  secrets: { notifyOpenKeys: notify-open-keys.json }
  environment: { MAILFLEET_NOTIFY_OPEN_KEYS: /run/secrets/notify-open-keys.json }
console:
  consoleUrl: true
  # It asks nobody but the identity provider.
  outside: {{ ne .Values.console.openId.issuer "" }}
  secrets: { mailboxSealKey: mailbox-seal-key.json, notifySealKey: notify-seal-key.json }
  environment:
    MAILFLEET_SEAL_KEY: /run/secrets/mailbox-seal-key.json
    MAILFLEET_NOTIFY_SEAL_KEY: /run/secrets/notify-seal-key.json
    MAILFLEET_CONSOLE_HOST: 0.0.0.0
    MAILFLEET_CONSOLE_PORT: "8480"
    MAILFLEET_ADMIN_TOKEN_FILE: /token/admin-token
{{- end -}}

{{- define "mailfleet.name" -}}
{{ printf "%s-%s" .root.Release.Name .name | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "mailfleet.selector" -}}
app.kubernetes.io/name: mailfleet
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- define "mailfleet.labels" -}}
{{ include "mailfleet.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- with .root.Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "mailfleet.metadata" -}}
name: {{ include "mailfleet.name" . }}
namespace: {{ .root.Release.Namespace }}
labels: {{- include "mailfleet.labels" . | nindent 2 }}
{{- end -}}

{{- /* An object, with `merge` laid over it. */ -}}
{{- define "mailfleet.object" -}}
---
{{- $object := fromYaml .object }}
{{- with $object.Error }}{{ fail . }}{{ end }}
{{ toYaml (mergeOverwrite $object (.merge | default dict)) }}
{{ end -}}

{{- define "mailfleet.consoleUrl" -}}
{{- if .Values.console.url }}{{ .Values.console.url }}
{{- else if .Values.console.ingress.enabled }}{{ printf "https://%s" .Values.console.ingress.host }}
{{- end }}
{{- end -}}

{{- /* Three quarters of the limit of memory, in megabytes: what Node keeps beside its heap needs the rest. */ -}}
{{- define "mailfleet.heap" -}}
{{- $number := trimSuffix "Gi" . | trimSuffix "Mi" | int -}}
{{- div (mul $number (ternary 1024 1 (hasSuffix "Gi" .)) 3) 4 -}}
{{- end -}}
