"""Which URLs belong to the site, and which of them are visited."""

from dataclasses import dataclass

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_protocol.errors import InvalidSpec
from bughive_worker.net.globs import Glob
from bughive_worker.net.hosts import host_matches, normal_pattern
from bughive_worker.net.urls import canonical, split_authority

_DEFAULT_PORTS = (80, 443)


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of one session, compiled. URLs passed in are canonical.

    To the site belong the start URL's host, its twin with or without ``www.`` (sites redirect from one to the
    other), and ``spec.scope.hosts``. A site on default ports is one site over http and https; a site on a port
    of its own ends at that port, except on further hosts, which may use the default ones too.
    """

    start: str
    own_hosts: tuple[str, ...]
    further_hosts: tuple[str, ...]
    ports: tuple[int, ...]
    include: tuple[Glob, ...]
    exclude: tuple[Glob, ...]

    @classmethod
    def from_spec(cls, spec: CrawlSessionSpec) -> "Scope":
        """Compile a spec's scope. Raises InvalidSpec where the start URL or a host makes no sense."""
        start = canonical(spec.url)
        if start is None:
            raise InvalidSpec(f"spec.url is no http(s) URL that can be opened: {spec.url!r}")
        host, port = split_authority(start)
        twin = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
        further = []
        for entry in spec.scope.hosts:
            pattern = normal_pattern(entry)
            if pattern is None:
                raise InvalidSpec(f"spec.scope.hosts has an entry that is no host name: {entry!r}")
            further.append(pattern)
        return cls(
            start=start,
            own_hosts=(host, twin),
            further_hosts=tuple(further),
            ports=_DEFAULT_PORTS if port in _DEFAULT_PORTS else (port,),
            include=tuple(Glob.compile(pattern) for pattern in spec.scope.include),
            exclude=tuple(Glob.compile(pattern) for pattern in spec.scope.exclude),
        )

    def in_site(self, url: str) -> bool:
        """Whether a URL is one of the site's own, visited or not."""
        host, port = split_authority(url)
        if port in self.ports and host in self.own_hosts:
            return True
        return (port in self.ports or port in _DEFAULT_PORTS) and host_matches(host, self.further_hosts)

    def admits(self, url: str) -> bool:
        """Whether a URL is to be visited. Exclude wins over include; the start page is always visited."""
        if url == self.start:
            return True
        if not self.in_site(url) or any(glob.matches(url) for glob in self.exclude):
            return False
        return not self.include or any(glob.matches(url) for glob in self.include)
