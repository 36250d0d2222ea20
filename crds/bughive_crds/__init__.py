"""What users write and read: one pydantic model per kind, and nothing else.

``python -m bughive_crds`` writes the CustomResourceDefinitions under ``crds/``.
This package imports no other room of the project and does no I/O of its own.
"""

GROUP = "bughive.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
