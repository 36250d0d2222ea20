"""What several detectors ask of an observation first."""

from bughive_protocol.frontier import PageEnd
from bughive_worker.detectors.failures import CLIENT_ERROR
from bughive_worker.observation import DomFacts, PageObservation


def loaded_well(observation: PageObservation) -> DomFacts | None:
    """The facts of a page that arrived without an error; None where looking at its content says nothing."""
    if observation.end is not PageEnd.LOADED or (observation.status or 200) >= CLIENT_ERROR:
        return None
    return observation.dom


def is_html(observation: PageObservation) -> bool:
    """Whether the document is HTML; the browser shows other files in a page of its own making."""
    return "html" in observation.headers.get("content-type", "text/html").lower()


def address(observation: PageObservation) -> str:
    """Where the browser ended up: what a person opens to see the bug."""
    return observation.final_url or observation.url
