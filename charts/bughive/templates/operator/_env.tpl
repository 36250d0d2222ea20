{{/* What the operator needs besides its settings. */}}
{{- define "bughive.operatorEnv" -}}
{{- if .Values.reports.enabled }}
- name: REPORTS_ENDPOINT
  value: http://0.0.0.0:8082/reports
- name: REPORTS_SERVICE
  value: {{ .Release.Namespace }}/{{ include "bughive.fullname" . }}-operator:reports
{{- include "bughive.artifactsEnv" . }}
{{- end }}
{{- end }}
