"""What a bug's ticket is known by for ever: made of what never changes, so that no list of tickets has to be kept."""

import hashlib
import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """One bug of one site, as the sessions of one namespace see it."""

    namespace: str
    site: str
    """Host, with the port where that is not the scheme's own."""
    fingerprint: str

    @property
    def url(self) -> str:
        """A link to the site that stands for this bug alone; ``https`` whatever the site speaks: it must not change."""
        return f"https://{self.site}/#bughive-{self.namespace}-{self.fingerprint}"

    @property
    def token(self) -> str:
        """One word that nothing else contains, short enough to search for."""
        return f"bughive-{self._digest().hex()[:20]}"

    def uuid(self, scope: str) -> str:
        """An id within ``scope``, such as a workspace, in the form of UUID 4."""
        return str(uuid.UUID(bytes=self._digest(scope)[:16], version=4))

    def _digest(self, *scope: str) -> bytes:
        return hashlib.sha256("\x1f".join((*scope, self.namespace, self.site, self.fingerprint)).encode()).digest()
