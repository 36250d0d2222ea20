"""Ways by which the whole page, a frame or a new window goes to the forbidden address."""

from sites.ways_out.way import Control, Reply, Way, page, redirect, script

_REFRESH = '<meta http-equiv="refresh" content="0; url=http://INSIDE/"/>'
_AGAIN = "let tries = 0; const trying = setInterval(() => { %s; if (++tries === 8) clearInterval(trying) }, 200)"
"""For windows, which BugHive closes as soon as it hears of them."""
_XHTML = "application/xhtml+xml"

NAVIGATIONS = (
    *(Way(f"redirect-{status}", {"/": redirect("http://INSIDE/", status)}) for status in (301, 302, 303, 307, 308)),
    Way("redirect-chain", {"/": redirect("/2", 301), "/2": redirect("/3", 307), "/3": redirect("//INSIDE/", 302)}),
    Way("redirect-to-https", {"/": redirect("https://INSIDE/")}),
    Way("refresh-header", {"/": Reply(headers=("Refresh: 0; url=http://INSIDE/",))}),
    page("meta-refresh", _REFRESH),
    script("js-location", 'location = "http://INSIDE/"'),
    script("js-location-replace", 'location.replace("http://INSIDE/")'),
    script("navigation-api", 'navigation.navigate("http://INSIDE/")'),
    page("base-and-relative-image", '<base href="http://INSIDE/"><img src="picture">'),
    page("link-click", '<a href="http://INSIDE/">go</a>', click="a"),
    page("link-target-blank", '<a href="http://INSIDE/" target=_blank>go</a>', click="a"),
    page("link-noopener", '<a href="http://INSIDE/" target=_blank rel=noopener>go</a>', click="a"),
    page("link-download", '<a href="http://INSIDE/file.zip" download>get</a>', click="a"),
    page(
        "download-redirect", '<a href="/file" download>get</a>', {"/file": redirect("http://INSIDE/a.zip")}, click="a"
    ),
    page(
        "link-ping",
        """<a href="#here" ping="http://INSIDE/" onclick="fetch('/told')">go</a>""",
        control=Control.BARE,
        click="a",
        tells=True,
    ),
    page(
        "image-map",
        '<img usemap=#m width=50 height=50><map name=m><area shape=default href="http://INSIDE/"></map>',
        click="area",
    ),
    script("window-open", _AGAIN % 'window.open("http://INSIDE/")'),
    script("window-open-noopener", _AGAIN % 'window.open("http://INSIDE/", "", "noopener")'),
    page("form-get", '<form action="http://INSIDE/"><input name=q></form><script>document.forms[0].submit()</script>'),
    page("form-post", '<form action="http://INSIDE/" method=post></form><script>document.forms[0].submit()</script>'),
    page("form-button", '<form><button formaction="http://INSIDE/" formmethod=post>go</button></form>', click="button"),
    page("iframe", '<iframe src="http://INSIDE/"></iframe>'),
    page("iframe-redirect", '<iframe src="/go"></iframe>', {"/go": redirect("http://INSIDE/")}),
    page("iframe-srcdoc", """<iframe srcdoc="<img src='http://INSIDE/'>"></iframe>"""),
    page("iframe-data", """<iframe src="data:text/html,<img src='http://INSIDE/'>"></iframe>"""),
    page("iframe-javascript", """<iframe src="javascript:'<img src=http://INSIDE/>'"></iframe>"""),
    page("iframe-sandbox", '<iframe sandbox src="http://INSIDE/"></iframe>'),
    script(
        "iframe-blob",
        'const f = document.createElement("iframe");'
        "f.src = URL.createObjectURL(new Blob(['<img src=http://INSIDE/>'], {type: 'text/html'}));"
        "document.body.append(f)",
    ),
    Way("frameset", {"/": Reply('<frameset><frame src="http://INSIDE/"></frameset>')}),
    page("object", '<object data="http://INSIDE/"></object>'),
    page("embed", '<embed src="http://INSIDE/">'),
    Way(
        "meta-refresh-in-xhtml",
        {"/": Reply(f"<html xmlns='http://www.w3.org/1999/xhtml'><head>{_REFRESH}</head></html>", kind=_XHTML)},
    ),
)
