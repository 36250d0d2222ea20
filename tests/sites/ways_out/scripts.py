"""Ways by which a page's script talks to the forbidden address."""

from sites.ways_out.way import Control, Reply, Way, code, page, redirect, script

_TELL = 'const told = () => fetch("/told");'
_PEER = _TELL + (
    "const peer = new RTCPeerConnection({iceServers: [%s]});"
    'peer.createDataChannel("x");'
    'peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && told();'
    "peer.createOffer().then((offer) => peer.setLocalDescription(offer));"
)
_TURN = _PEER % '{urls: "%s:INSIDE%s", username: "u", credential: "c"}'
_REMOTE = _TELL + (
    "const one = new RTCPeerConnection(), other = new RTCPeerConnection();"
    'one.createDataChannel("x");'
    "one.oniceconnectionstatechange = () => /checking|failed|disconnected/.test(one.iceConnectionState) && told();"
    "(async () => {"
    "  await one.setLocalDescription(); await other.setRemoteDescription(one.localDescription);"
    "  await other.setLocalDescription(); await one.setRemoteDescription(other.localDescription);"
    '  const [host, port] = "INSIDE".split(":");'
    "  await one.addIceCandidate({sdpMid: '0', candidate: `candidate:1 1 %s 2122260223 ${host} ${port} typ host%s`});"
    "  setTimeout(told, 1000);"
    "})();"
)
_WORKER = 'new Worker("/worker.js")'
_FETCH = 'fetch("http://INSIDE/", {mode: "no-cors"})'


def service(name: str, worker: str, further: str = "") -> Way:
    """A page with a service worker: from a frame, for BugHive lets no page itself register one."""
    frame = f'<script>{further};navigator.serviceWorker.register("/service.js")</script>'
    return page(name, '<iframe src="/frame"></iframe>', {"/frame": Reply(frame), "/service.js": code(worker)})


SCRIPTS = (
    script("fetch", 'fetch("http://INSIDE/", {mode: "no-cors"})'),
    script("fetch-redirect", 'fetch("/go", {mode: "no-cors"})', {"/go": redirect("http://INSIDE/", 307)}),
    script("fetch-preflight", 'fetch("http://INSIDE/", {method: "PUT", headers: {"X-A": "1"}})'),
    script("fetch-keepalive", 'fetch("http://INSIDE/", {mode: "no-cors", method: "POST", body: "x", keepalive: true})'),
    script(
        "fetch-on-leaving",
        'onpagehide = () => fetch("http://INSIDE/", {mode: "no-cors", keepalive: true}); location = "/next"',
        {"/next": Reply("next")},
    ),
    script("fetch-later", 'fetchLater("https://INSIDE/", {activateAfter: 0})'),
    script("xhr", 'const x = new XMLHttpRequest(); x.open("GET", "http://INSIDE/"); x.send()'),
    script("xhr-synchronous", 'const x = new XMLHttpRequest(); x.open("GET", "http://INSIDE/", false); x.send()'),
    script("beacon", 'navigator.sendBeacon("http://INSIDE/", "x")'),
    script("beacon-redirect", 'navigator.sendBeacon("/go", "x")', {"/go": redirect("http://INSIDE/", 308)}),
    script("event-source", 'new EventSource("http://INSIDE/")'),
    script("event-source-redirect", 'new EventSource("/go")', {"/go": redirect("http://INSIDE/")}),
    script("websocket", 'new WebSocket("ws://INSIDE/")'),
    script("websocket-tls", 'new WebSocket("wss://INSIDE/")'),
    script("websocket-stream", 'new WebSocketStream("ws://INSIDE/")'),
    script(
        "webtransport",
        _TELL + 'new WebTransport("https://INSIDE/").ready.then(told, told)',
        control=Control.BARE,
        tells=True,
    ),
    script("import", 'import("http://INSIDE/")'),
    script("document-write", "document.write('<script src=\"http://INSIDE/\"></' + 'script>')"),
    script("font-face", 'new FontFace("f", "url(http://INSIDE/)").load()'),
    script("audio-element", 'new Audio("http://INSIDE/").load()'),
    script("audio-worklet", 'new AudioContext().audioWorklet.addModule("http://INSIDE/")'),
    script("paint-worklet", 'CSS.paintWorklet.addModule("http://INSIDE/")'),
    script("worker-fetch", _WORKER, {"/worker.js": code('fetch("http://INSIDE/", {mode: "no-cors"})')}),
    script("worker-import-scripts", _WORKER, {"/worker.js": code('importScripts("http://INSIDE/")')}),
    script("worker-websocket", _WORKER, {"/worker.js": code('new WebSocket("ws://INSIDE/")')}),
    script("worker-module", 'new Worker("/w.js", {type: "module"})', {"/w.js": code('import "http://INSIDE/"')}),
    script("worker-blob", "new Worker(URL.createObjectURL(new Blob([\"importScripts('http://INSIDE/')\"])))"),
    script("shared-worker", 'new SharedWorker("/w.js")', {"/w.js": code('fetch("http://INSIDE/", {mode: "no-cors"})')}),
    service("service-worker-fetch", f"oninstall = (event) => event.waitUntil({_FETCH})"),
    service("service-worker-import", 'importScripts("http://INSIDE/")'),
    service(
        "service-worker-answers",
        "onactivate = (event) => event.waitUntil(clients.claim());"
        f'onfetch = (event) => event.request.url.endsWith("/asked") && event.respondWith({_FETCH})',
        "navigator.serviceWorker.oncontrollerchange = () => { new Image().src = '/asked' }",
    ),
    service(
        "service-worker-cache",
        'const inside = new Request("http://INSIDE/", {mode: "no-cors"});'
        'oninstall = (event) => event.waitUntil(caches.open("a").then((cache) => cache.add(inside)))',
    ),
    script("webrtc-stun", _PEER % '{urls: "stun:INSIDE"}', control=Control.BARE, tells=True),
    script("webrtc-turn-udp", _TURN % ("turn", ""), control=Control.BARE, tells=True),
    script("webrtc-turn-tcp", _TURN % ("turn", "?transport=tcp")),
    script("webrtc-turn-tls", _TURN % ("turns", "?transport=tcp")),
    script("webrtc-candidate-udp", _REMOTE % ("udp", ""), control=Control.BARE, tells=True),
    script("webrtc-candidate-tcp", _REMOTE % ("tcp", " tcptype passive"), control=Control.BARE, tells=True),
)
