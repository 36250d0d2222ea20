{{/* The environment of every process with the worker's settings. list $ queue-values queue-name (empty: none) */}}
{{- define "bughive.workerEnv" -}}
{{- $root := index . 0 }}
{{- $queue := index . 1 }}
{{- $name := index . 2 }}
{{- include "bughive.commonEnv" $root }}
{{- include "bughive.artifactsEnv" $root }}
{{- $egress := $root.Values.egress }}
{{- with $egress.allowCIDRs }}
- name: BUGHIVE_EGRESS_ALLOW_CIDRS
  value: {{ join "," . | quote }}
{{- end }}
{{- $hosts := $egress.allowHosts }}
{{- if $root.Values.tests.enabled }}
{{- $hosts = append $hosts (printf "%s-test.%s.svc" (include "bughive.fullname" $root) $root.Release.Namespace) }}
{{- end }}
{{- with $hosts }}
- name: BUGHIVE_EGRESS_ALLOW_HOSTS
  value: {{ join "," . | quote }}
{{- end }}
{{- if $root.Values.chromium.sandbox }}
- name: BUGHIVE_CHROMIUM_SANDBOX
  value: "true"
{{- end }}
{{- /* A key is where it is needed: browsers, which run strangers' pages, are beside that of the model alone. */}}
{{- $keys := dict }}
{{- if hasPrefix "crawl" $name }}
{{- $_ := set $keys "ANTHROPIC_API_KEY" $root.Values.anthropic }}
{{- else if eq $name "tickets" }}
{{- $_ := set $keys "LINEAR_API_KEY" $root.Values.linear }}
{{- end }}
{{- range $variable, $values := $keys }}
{{- if or $values.apiKey $values.existingSecret }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef:
      name: {{ $values.existingSecret | default (printf "%s-keys" (include "bughive.fullname" $root)) }}
      key: {{ ternary $values.existingSecretKey $variable (not (empty $values.existingSecret)) }}
{{- end }}
{{- end }}
{{- if hasPrefix "crawl" $name }}
{{- with $root.Values.anthropic.baseURL }}
- name: ANTHROPIC_BASE_URL
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- include "bughive.settings" (list "BUGHIVE_" (mergeOverwrite (dict) $root.Values.workers.settings ($queue.settings | default dict))) }}
{{- with concat ($root.Values.workers.extraEnv) ($queue.extraEnv | default list) }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* What a queue says of its pods, over what all workers have. list $ queue-values */}}
{{- define "bughive.workerPod" -}}
{{- $root := index . 0 }}
{{- $queue := index . 1 }}
{{- range $key := list "nodeSelector" "tolerations" "affinity" "priorityClassName" "topologySpreadConstraints" "podAnnotations" "podLabels" "extraVolumes" "extraVolumeMounts" }}
{{ $key }}: {{ toJson (ternary (index $queue $key) (index $root.Values.workers $key) (hasKey $queue $key)) }}
{{- end }}
{{- end }}

{{- define "bughive.workerMetricsEnv" -}}
{{- if .Values.metrics.enabled }}
- name: METRICS_ENDPOINT
  value: http://0.0.0.0:9090/metrics
{{- end }}
{{- end }}
