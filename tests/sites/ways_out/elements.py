"""Ways by which a page's markup, styles and headers load something from the forbidden address."""

from sites.ways_out.way import Control, Reply, Way, code, page, redirect

_CSS = "text/css"
_SVG = "image/svg+xml"
_PREFETCH = (
    '<script type=speculationrules>{"prefetch": [{"urls": ["http://INSIDE/"], "eagerness": "immediate"}]}</script>'
    '<script>setTimeout(() => fetch("/told"), 1000)</script>'
)


def style(name: str, sheet: str) -> Way:
    return page(name, f"<style>{sheet}</style><p class=x>text</p>")


def answer(name: str, *headers: str, body: str = "") -> Way:
    """A page whose answer's headers try."""
    return Way(name, {"/": Reply(f"<!doctype html><html lang=en><title>{name}</title>{body}", headers)})


ELEMENTS = (
    page("img", '<img src="http://INSIDE/">'),
    page("img-redirect", '<img src="/go">', {"/go": redirect("http://INSIDE/")}),
    page("img-https", '<img src="https://INSIDE/">'),
    page("img-srcset", '<img srcset="http://INSIDE/ 1x">'),
    page("img-lazy", '<img loading=lazy src="http://INSIDE/">'),
    page("picture", '<picture><source srcset="http://INSIDE/"><img></picture>'),
    page("input-image", '<input type=image src="http://INSIDE/">'),
    page("body-background", '<table background="http://INSIDE/"><tr><td>x</table>'),
    page("svg-image", '<svg><image href="http://INSIDE/"/></svg>'),
    page(
        "svg-filter-image",
        '<svg><filter id=f><feImage href="http://INSIDE/"/></filter><rect filter="url(#f)" width=9 height=9 /></svg>',
    ),
    page("svg-script", '<svg><script href="http://INSIDE/"></script></svg>'),
    Way(
        "svg-document",
        {"/": Reply('<svg xmlns="http://www.w3.org/2000/svg"><image href="http://INSIDE/"/></svg>', kind=_SVG)},
    ),
    page("video", '<video src="http://INSIDE/" preload=auto></video>'),
    page("video-poster", '<video poster="http://INSIDE/"></video>'),
    page("video-source", '<video preload=auto><source src="http://INSIDE/a.webm" type="video/webm"></video>'),
    page(
        "video-playlist",
        '<video src="/list.m3u8" preload=auto></video>',
        {
            "/list.m3u8": Reply(
                "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://INSIDE/a.ts\n#EXT-X-ENDLIST\n",
                kind="application/vnd.apple.mpegurl",
            )
        },
    ),
    page("audio", '<audio src="http://INSIDE/" preload=auto></audio>'),
    page(
        "track",
        '<video crossorigin><track default src="http://INSIDE/"></video>'
        '<script>document.querySelector("track").track.mode = "showing"</script>',
    ),
    page("script", '<script src="http://INSIDE/"></script>'),
    page("script-module", '<script type=module src="http://INSIDE/"></script>'),
    page(
        "script-import-map",
        '<script type=importmap>{"imports": {"a": "http://INSIDE/"}}</script><script type=module>import "a"</script>',
    ),
    page(
        "script-nested-import",
        '<script type=module src="/a.js"></script>',
        {"/a.js": code('import "http://INSIDE/b.js"')},
    ),
    page("stylesheet", '<link rel=stylesheet href="http://INSIDE/">'),
    style("css-import", '@import "http://INSIDE/";'),
    page(
        "css-import-nested",
        "<link rel=stylesheet href=/a.css>",
        {"/a.css": Reply('@import url("http://INSIDE/b.css");', kind=_CSS)},
    ),
    style("css-background", "body {background: url(http://INSIDE/)}"),
    style("css-image-set", "body {background: image-set(url(http://INSIDE/) 1x)}"),
    style("css-list-style", "p {display: list-item; list-style: url(http://INSIDE/)}"),
    style("css-content", 'p::before {content: url("http://INSIDE/")}'),
    style("css-border-image", "p {border: 9px solid; border-image: url(http://INSIDE/) 9}"),
    style("css-mask", "p {mask: url(http://INSIDE/)}"),
    style("css-cursor", "html {cursor: url(http://INSIDE/), auto}"),
    style("css-variable", "p {--x: url(http://INSIDE/); background: var(--x)}"),
    style("css-font", "@font-face {font-family: f; src: url(http://INSIDE/)} p {font-family: f}"),
    page("link-preload", '<link rel=preload as=image href="http://INSIDE/">'),
    page("link-modulepreload", '<link rel=modulepreload href="http://INSIDE/">'),
    page("link-prefetch", '<link rel=prefetch href="http://INSIDE/">'),
    page("link-dictionary", '<link rel=compression-dictionary href="http://INSIDE/" crossorigin>'),
    page("speculation-prefetch", _PREFETCH, control=Control.BARE, tells=True),
    answer("header-link-preload", "Link: <http://INSIDE/>; rel=preload; as=image"),
    answer("header-link-stylesheet", "Link: <http://INSIDE/>; rel=prefetch"),
    answer(
        "csp-report-uri", "Content-Security-Policy: img-src 'none'; report-uri http://INSIDE/", body="<img src=/a.png>"
    ),
    answer(
        "csp-report-only",
        "Content-Security-Policy-Report-Only: script-src 'none'; report-uri http://INSIDE/",
        body="<script>1</script>",
    ),
    Way(
        "xml-stylesheet",
        {"/": Reply('<?xml-stylesheet type="text/css" href="http://INSIDE/"?><a>x</a>', kind="text/xml")},
    ),
    Way(
        "xslt-result",
        {
            "/": Reply('<?xml-stylesheet type="text/xsl" href="/x.xsl"?><a>x</a>', kind="text/xml"),
            "/x.xsl": Reply(
                '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
                '<xsl:template match="/"><html><img src="http://INSIDE/"/></html></xsl:template></xsl:stylesheet>',
                kind="text/xml",
            ),
        },
    ),
)
