"""The operator's reports, through the API server's proxy: whoever may use kubectl needs no other way in."""

import re
from dataclasses import dataclass
from http import HTTPStatus

from bughive_protocol.artifact_names import REPORTS_PATH, ReportFile
from bughive_protocol.errors import PermanentError, TransientError
from bughive_worker.cli.cluster import UserCluster

_SERVICE = re.compile(r"([a-z0-9.-]+)/([a-z0-9-]+):([a-z0-9-]+)")


class ReportRefused(PermanentError):
    """The file cannot be had; the message says what to do."""


class ReportServiceAway(TransientError):
    """The operator does not answer now."""


@dataclass(frozen=True)
class ReportService:
    """The Service in front of the operator's reports."""

    namespace: str
    name: str
    port: str

    @classmethod
    def parse(cls, text: str) -> "ReportService":
        """Read ``NAMESPACE/NAME:PORT``, as a CrawlReport names it."""
        found = _SERVICE.fullmatch(text)
        if found is None:
            raise ReportRefused(f"the CrawlReport names its Service as {text!r}, not as NAMESPACE/NAME:PORT")
        return cls(*found.groups())

    @property
    def resource_name(self) -> str:
        """What a rule's ``resourceNames`` has to say."""
        return f"http:{self.name}:{self.port}"

    def read(self, cluster: UserCluster, file: ReportFile) -> bytes:
        """Fetch a file as it is.

        Raises:
            BugHiveError: it cannot be fetched.
        """
        path = f"/api/v1/namespaces/{self.namespace}/services/{self.resource_name}/proxy{REPORTS_PATH}/{file.key}"
        answer = cluster.get(path, {"download": ""})
        where = f"the Service {self.namespace}/{self.name}"
        match answer.status:
            case HTTPStatus.OK:
                return answer.content
            case HTTPStatus.FORBIDDEN | HTTPStatus.UNAUTHORIZED:
                raise ReportRefused(
                    f"You may not reach {where}. Ask for a Role in the namespace {self.namespace} with: "
                    f'apiGroups: [""], resources: ["services/proxy"], resourceNames: ["{self.resource_name}"], '
                    'verbs: ["get"]'
                )
            case HTTPStatus.NOT_FOUND if answer.is_status:
                raise ReportRefused(f"There is no {where.removeprefix('the ')}: was BugHive installed anew elsewhere?")
            case HTTPStatus.NOT_FOUND:
                raise ReportRefused(
                    f"{file.name} is no longer in the artifact store: it was removed there. To have a report again, "
                    "crawl again."
                )
            case _:
                raise ReportServiceAway(
                    f"{where[0].upper()}{where[1:]} does not serve reports now ({answer.status}: {answer.text[:200]}). "
                    f"Look at its pods: kubectl -n {self.namespace} get pods"
                )
