{{- define "bughive.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* Short enough that what is appended to it still is a name. */}}
{{- define "bughive.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains (include "bughive.name" .) .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "bughive.name" .) | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "bughive.selector" -}}
app.kubernetes.io/name: {{ include "bughive.name" . }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "bughive.labels" -}}
{{ include "bughive.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: bughive
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Of pods: without versions, so that a new chart replaces only the pods in which something else is new. */}}
{{- define "bughive.podLabels" -}}
{{ include "bughive.selector" . }}
app.kubernetes.io/part-of: bughive
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* dict "root" $ "component" "operator" ["suffix" "-x"]: metadata of an object. */}}
{{- define "bughive.metadata" -}}
name: {{ include "bughive.fullname" .root }}{{ .suffix | default (printf "-%s" .component) }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "bughive.labels" .root | nindent 2 }}
  app.kubernetes.io/component: {{ .component }}
{{- with .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* list $ "operator": the image of that name in values. */}}
{{- define "bughive.image" -}}
{{- $root := index . 0 }}
{{- $image := index $root.Values.images (index . 1) }}
{{- with $root.Values.images.registry }}{{ . | trimSuffix "/" }}/{{ end }}{{ $image.repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag | default $root.Chart.AppVersion }}{{ end }}
{{- end }}

{{/* What every pod has. dict "root" $ "pod" the values with nodeSelector and so on, "priority" control or crawl */}}
{{- define "bughive.pod" -}}
{{- with .root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .user | default 10001 }}
  runAsGroup: {{ .user | default 10001 }}
  fsGroup: {{ .user | default 10001 }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    {{- toYaml (.seccomp | default (dict "type" "RuntimeDefault")) | nindent 4 }}
{{- with .pod.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .pod.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .pod.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if .pod.priorityClassName }}
priorityClassName: {{ .pod.priorityClassName }}
{{- else if .root.Values.priorityClasses.create }}
priorityClassName: {{ include "bughive.priorityClass" (list .root .priority) }}
{{- end }}
{{- end }}

{{/* list $ "control": PriorityClasses are the cluster's, so their names tell releases apart. */}}
{{- define "bughive.priorityClass" -}}
{{- $root := index . 0 }}
{{- include "bughive.fullname" $root }}-{{ $root.Release.Namespace }}-{{ index . 1 }}
{{- end }}

{{/* dict "root" $ "component" "x" "pod" values: over nodes, as evenly as it can be done. */}}
{{- define "bughive.spread" -}}
topologySpreadConstraints:
{{- if .pod.topologySpreadConstraints }}
  {{- toYaml .pod.topologySpreadConstraints | nindent 2 }}
{{- else }}
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "bughive.selector" .root | nindent 8 }}
        app.kubernetes.io/component: {{ .component }}
{{- end }}
{{- end }}

{{- define "bughive.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* Restarts pods when a key that is written in the values changes; one in a Secret of yours is yours to roll out. */}}
{{- define "bughive.keysChecksum" -}}
checksum/keys: {{ list .Values.anthropic.apiKey .Values.linear.apiKey .Values.redis.external.url | join "\n" | sha256sum }}
{{- end }}

{{/* Every queue by its name, as a JSON map: the four, and those of tenants, which are like the crawl queue but for what they say. */}}
{{- define "bughive.queues" -}}
{{- $queues := deepCopy .Values.queues }}
{{- range $name, $tenant := .Values.tenants }}
{{- $_ := set $queues (printf "crawl-%s" $name) (mergeOverwrite (deepCopy $.Values.queues.crawl) (omit $tenant "namespaces")) }}
{{- end }}
{{- toJson $queues }}
{{- end }}

{{/* The components whose pods crawl, as a JSON list. */}}
{{- define "bughive.crawlComponents" -}}
{{- $names := list "worker-crawl" }}
{{- range $name, $_ := .Values.tenants }}
{{- $names = append $names (printf "worker-crawl-%s" $name) }}
{{- end }}
{{- toJson $names }}
{{- end }}

{{/* The components whose pods use Redis and the artifact store, as a JSON list. */}}
{{- define "bughive.clientComponents" -}}
{{- $names := list "operator" "cleanup" "flower" }}
{{- range $queue, $_ := include "bughive.queues" . | fromJson }}
{{- $names = append $names (printf "worker-%s" $queue) }}
{{- end }}
{{- toJson $names }}
{{- end }}

{{/* list "PREFIX_" (dict "camelCase" value): each as an environment variable; lists are joined by commas, maps are JSON. */}}
{{- define "bughive.settings" -}}
{{- $prefix := index . 0 }}
{{- range $name, $value := index . 1 }}
{{- if not (kindIs "invalid" $value) }}
- name: {{ $prefix }}{{ $name | snakecase | upper }}
  {{- if kindIs "slice" $value }}
  value: {{ join "," $value | quote }}
  {{- else if kindIs "map" $value }}
  value: {{ toJson $value | quote }}
  {{- else if kindIs "float64" $value }}
  value: {{ ternary (int64 $value | toString) ($value | toString) (eq (floor $value) $value) | quote }}
  {{- else }}
  value: {{ $value | toString | quote }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Where Redis is, and what else operator and workers share. */}}
{{- define "bughive.commonEnv" -}}
{{- $redis := .Values.redis }}
{{- if $redis.enabled }}
- name: REDIS_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $redis.existingSecret | default (printf "%s-redis" (include "bughive.fullname" .)) }}
      key: {{ $redis.existingSecretKey }}
- name: REDIS_URL
  value: redis://:$(REDIS_PASSWORD)@{{ include "bughive.fullname" . }}-redis:6379/0
{{- else if $redis.external.existingSecret }}
- name: REDIS_URL
  valueFrom:
    secretKeyRef:
      name: {{ $redis.external.existingSecret }}
      key: {{ $redis.external.existingSecretKey }}
{{- else }}
- name: REDIS_URL
  valueFrom:
    secretKeyRef:
      name: {{ include "bughive.fullname" . }}-redis-url
      key: url
{{- end }}
{{- include "bughive.settings" (list "" .Values.settings) }}
{{- end }}

{{/* dict "root" $ "component" "operator" "account" values.serviceAccount */}}
{{- define "bughive.serviceAccountName" -}}
{{- if .account.create }}
{{- .account.name | default (printf "%s-%s" (include "bughive.fullname" .root) .component) }}
{{- else }}
{{- .account.name | default "default" }}
{{- end }}
{{- end }}

{{/* dict "root" $ "suffix" "redis" "key" "password": what the Secret has already, or a new one. Base64. */}}
{{- define "bughive.keptSecret" -}}
{{- $name := printf "%s-%s" (include "bughive.fullname" .root) .suffix }}
{{- $found := lookup "v1" "Secret" .root.Release.Namespace $name }}
{{- if and $found $found.data (hasKey $found.data .key) }}
{{- index $found.data .key }}
{{- else }}
{{- randAlphaNum 32 | b64enc }}
{{- end }}
{{- end }}
