"""A receiver of webhooks on loopback: its first line is its address, then a line of JSON for each message."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


class Receiver(BaseHTTPRequestHandler):
    """Takes what is signed by the secret in WEBHOOK_SECRET."""

    def do_POST(self) -> None:
        """Verify, tell, answer."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            Webhook(os.environ["WEBHOOK_SECRET"]).verify(body, dict(self.headers))
            verified = True
        except WebhookVerificationError:
            verified = False
        arrived = {"verified": verified, "id": self.headers.get("webhook-id"), "message": json.loads(body)}
        print(json.dumps(arrived), flush=True)
        self.send_response(204 if verified else 401)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Only what arrived is told."""


def main() -> None:
    """Serve on a free port until killed."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    print(f"http://127.0.0.1:{server.server_port}/hooks/bughive", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
