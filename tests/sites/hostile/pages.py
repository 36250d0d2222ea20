"""The hostile pages that are proper HTTP, by path."""

from sites.hostile.endless import STREAMS

REDIRECTS = {
    "/redirect-loop": "/redirect-loop-2",
    "/redirect-loop-2": "/redirect-loop",
    "/redirect-away": "http://elsewhere.invalid/",
    "/redirect-inside": "/calm/1",
    "/redirect-to-mail": "mailto:someone@example.com",
}


def _page(body: str, head: str = "") -> bytes:
    return f"<!doctype html><html lang=en><head><title>Hostile</title>{head}</head><body>{body}</body></html>".encode()


_CALM = "<h1>Calm</h1><p>An ordinary page.</p>"
SCRIPTS = {
    "/hangs": "while (true) {}",
    "/hangs-later": "setTimeout(() => { while (true) {} }, 30)",
    "/hangs-on-load": "addEventListener('load', () => { while (true) {} })",
    "/alerts": "for (let i = 0; i < 5; i++) alert(i)",
    "/alert-loop": "while (true) alert('again')",
    "/confirm-loop": "while (!confirm('really?')) {}",
    "/prints": "print()",
    "/reloads": "location.reload()",
    "/reloads-by-address": "location.href = location.href.split('?')[0] + '?' + Math.random()",
    "/leaves": "location.href = '/calm/2'",
    "/leaves-site": "location.href = 'http://elsewhere.invalid/'",
    "/popups": "for (let i = 0; i < 5; i++) window.open('/calm/3')",
    "/popup-loop": "setInterval(() => window.open('about:blank'), 1)",
    "/closes-itself": "window.close()",
    "/beforeunload": "addEventListener('beforeunload', (e) => { e.preventDefault(); e.returnValue = 'stay' })",
    "/writes": "for (let i = 0; i < 2000; i++) document.write('<p>' + i + '</p>')",
    "/writes-later": "setTimeout(() => { document.open(); document.write('<h1>Anew</h1>'); document.close() }, 20)",
    "/console-storm": "for (let i = 0; i < 3000; i++) console.error('storm', i)",
    "/throws": "setTimeout(() => { throw new RangeError('thrown') }); Promise.reject(new Error('rejected'))",
    "/exceptions-storm": "setInterval(() => { for (let i = 0; i < 50; i++) setTimeout(() => { throw i }) }, 1)",
    "/mutates-forever": "setInterval(() => document.body.append('x'), 5)",
    "/renders-late": "setTimeout(() => { document.body.innerHTML = '<a href=\"/calm/4\">late</a>' }, 40)",
    "/fetches-late": "fetch('/slow.js').then(() => { document.body.innerHTML = '<a href=\"/calm/5\">fetched</a>' })",
    "/reads-late-answer": "fetch('/late-answer.json').then((answer) => answer.json())",
    "/reads-late-body": "fetch('/late-body.json').then((answer) => answer.json())",
    "/polls-forever": "setInterval(() => fetch('/calm/6'), 50)",
    "/pushes-state": "history.pushState({}, '', '/pushed')",
    "/overrides": "JSON.stringify = () => '{}'; Array.prototype.toJSON = () => 'x'; performance.getEntriesByType = 0",
    "/worker": "navigator.serviceWorker.register('/sw.js')",
}
PAGES = {path: _page(f"<script>{script}</script>{_CALM}") for path, script in SCRIPTS.items()}
PAGES |= {
    "/empty": b"",
    "/nul": b"\x00" * 1000,
    "/never-stops-loading": _page("<h1>Waits</h1><img src=/never-loads.gif>"),
    "/refreshes": _page(_CALM, "<meta http-equiv=refresh content=0>"),
    "/broken-encoding": b"<html><meta charset=utf-16><title>\xff\xfe\x00\xd8</title><body>\xc3\x28\xa0\xa1",
    "/lies-about-encoding": b"<title>\xe9\xe8</title><body>\xed\xa0\x80\xff",
    "/download": b"PK\x03\x04" + b"\x00" * 1000,
    "/picture": b"GIF89a",
    "/json": b'{"not": "a page"}',
    "/no-content": b"",
    "/huge-dom": _page("<i>x</i>" * 160_000),
    "/deep-dom": _page("<div>" * 5_000 + "deep"),
    "/unclosed": b"<title>x<body><table><tr><script>var a = '",
    "/frames": _page("<iframe src=/frames></iframe>" * 3 + "<iframe src=/hangs></iframe>"),
    "/server-error": _page("<h1>Failed</h1>"),
    "/not-found": _page("<h1>Not here</h1>"),
    "/too-many": _page("<h1>Too many requests</h1>"),
    "/failed-assets": _page("<script src=http://127.0.0.1:1/a.js></script><img src=/missing.gif.html>" + _CALM),
    "/recovers": _page("<h1>Recovered</h1>"),
    "/recovers-asset": _page("<script src=/recovers-asset.js></script>" + _CALM),
}
PAGES |= {f"/calm/{number}": _page(f"<h1>Calm {number}</h1>") for number in range(40)}
STATUSES = {"/no-content": 204, "/server-error": 500, "/not-found": 404, "/too-many": 429}
HEADERS = {
    "/download": "Content-Type: application/zip\r\nContent-Disposition: attachment; filename=a.zip\r\n",
    "/picture": "Content-Type: image/gif\r\n",
    "/json": "Content-Type: application/json\r\n",
    "/no-content": "",
    "/broken-encoding": "Content-Type: text/html\r\n",
    "/lies-about-encoding": "Content-Type: text/html; charset=utf-8\r\n",
    "/too-many": "Content-Type: text/html\r\nRetry-After: 1\r\n",
}

HOSTILE = [path for path in (*PAGES, *REDIRECTS, *STREAMS) if not path.startswith("/calm/") and "." not in path]
PAGES["/calm"] = _page("".join(f"<p><a href=/calm/{number}>{number}</a>" for number in range(40)))
PAGES["/starts-hanging"] = _page("<a href=/hangs>hangs</a>")
PAGES["/"] = _page("".join(f"<p><a href={path}>{path}</a>" for path in HOSTILE))
