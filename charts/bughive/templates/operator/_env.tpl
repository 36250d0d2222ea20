{{/* What the operator needs besides its settings. */}}
{{- define "bughive.operatorEnv" -}}
{{- $routes := dict }}
{{- range $name, $tenant := .Values.tenants }}
{{- range $tenant.namespaces }}
{{- $_ := set $routes . (printf "crawl-%s" $name) }}
{{- end }}
{{- end }}
- name: CREDENTIALS_ROLE
  value: {{ .Values.rbac.credentialsRole }}
{{- if $routes }}
- name: TENANT_QUEUES
  value: {{ toJson $routes | quote }}
{{- end }}
{{- if .Values.reports.enabled }}
- name: REPORTS_ENDPOINT
  value: http://0.0.0.0:8082/reports
- name: REPORTS_SERVICE
  value: {{ .Release.Namespace }}/{{ include "bughive.fullname" . }}-operator:reports
{{- include "bughive.artifactsEnv" . }}
{{- end }}
{{- end }}
