"""Images that do not show.

Reports an image whose file is missing or answers an error, and one that arrived but cannot be drawn. One file is
one bug, on however many cards it stands. Not reported: images not loaded yet, addresses that are no picture by
intent (tracking pixels: invisible and answered without an error), 401, 403 and 429, what the crawl's own network
forbids, and another site's silence.
"""

from collections.abc import Iterator

from bughive_crds.model import Severity
from bughive_protocol.finding import SITE, Box, Confidence, Finding, fingerprint
from bughive_worker.detectors.detector import Detector
from bughive_worker.detectors.failures import CLIENT_ERROR, Failure, confidence, failures
from bughive_worker.detectors.identity import same_site, without_fragment
from bughive_worker.detectors.wording import evidence, title
from bughive_worker.observation import ImageFact, PageObservation

KIND = "broken-image"
_SMALLEST = 4
"""CSS pixels; what is smaller is no picture but a pixel that counts visits."""


def detect(observation: PageObservation) -> Iterator[Finding]:
    """Failed image requests, and images on the page that have no pixels."""
    failed = {failure.url: failure for failure in failures(observation)}
    shown: dict[str, list[ImageFact]] = {}
    for image in observation.dom.images if observation.dom else ():
        shown.setdefault(image.url, []).append(image)
    for url, failure in failed.items():
        if (failure.resource_type == "image" or url in shown) and not _is_far_silence(failure, observation):
            yield _on_page(observation, url, shown.get(url, []), failure.reason, confidence(failure, observation.url))
    for url, images in shown.items():
        if url not in failed and any(_is_blank(image) for image in images) and _answered(observation, url):
            yield _on_page(observation, url, images, "the file is no picture", Confidence.FIRM)


def broken_image(  # noqa: PLR0913 - each says one thing of the image; all but two are optional
    url: str,
    *,
    page: str,
    reason: str,
    how_sure: Confidence = Confidence.CERTAIN,
    selector: str | None = None,
    box: Box | None = None,
    alt: str | None = None,
    times: int = 1,
) -> Finding:
    """The bug of one image file."""
    target = without_fragment(url)
    return Finding(
        fingerprint=fingerprint(KIND, target, SITE),
        kind=KIND,
        severity=Severity.MEDIUM if same_site(target, page) else Severity.LOW,
        confidence=how_sure,
        title=title(f"Image does not show: {target} ({reason})"),
        description="Visitors see a broken picture or an empty space. "
        "Put the file back, correct its address, or remove the image.",
        url=page,
        selector=selector,
        resource=target,
        box=box,
        evidence=evidence(
            answer=reason, alternative_text=alt, shown=f"{times} times on this page" if times > 1 else None
        ),
        steps=(f"Open {page}", f"The image {target} is missing"),
    )


def _on_page(observation: PageObservation, url: str, images: list[ImageFact], reason: str, sure: Confidence) -> Finding:
    first = next((image for image in images if image.box), images[0] if images else None)
    return broken_image(
        url,
        page=observation.final_url or observation.url,
        reason=reason,
        how_sure=sure,
        selector=first.selector if first else None,
        box=first.box if first else None,
        alt=first.alt if first else None,
        times=len(images),
    )


def _is_far_silence(failure: Failure, observation: PageObservation) -> bool:
    return confidence(failure, observation.url) is Confidence.TENTATIVE


def _is_blank(image: ImageFact) -> bool:
    box = image.box
    return image.complete and image.natural_width == 0 and box is not None and min(box.width, box.height) >= _SMALLEST


def _answered(observation: PageObservation, url: str) -> bool:
    """Whether the server is known to have sent something as the image: else its absence may be ours."""
    return any(
        entry.url == url and entry.status is not None and entry.status < CLIENT_ERROR for entry in observation.network
    )


DETECTOR = Detector("broken-images", "Images whose file is missing, fails or is no picture.", (KIND,), detect)
