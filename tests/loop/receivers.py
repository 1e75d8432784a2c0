"""Real receivers of notifications: a webhook that answers as it is told, and a mail server."""

from __future__ import annotations

import email
import json
import socketserver
import threading
import time
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Webhook:
    """Takes what is posted to it."""

    def __init__(self) -> None:
        """Answer 200 until `status` or `delay_s` say otherwise."""
        self.status = 200
        self.delay_s = 0.0
        self.got: list[dict[str, Any]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                hook.got.append(json.loads(body))
                time.sleep(hook.delay_s)
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Give the channel that posts here; its path is what a real one keeps secret."""
        return f"json://127.0.0.1:{self._server.server_port}/hook/s3cr3t-t0ken"

    @property
    def titles(self) -> list[str]:
        """Give the titles that came, oldest first."""
        return [each["title"] for each in self.got]

    def close(self) -> None:
        """Take nothing any more."""
        self._server.shutdown()
        self._server.server_close()


class MailServer:
    """Takes mail, as much SMTP as a sender needs."""

    def __init__(self) -> None:
        """Listen on a free port."""
        self.got: list[Message] = []
        post = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self._say("220 here")
                for raw in self.rfile:
                    word = raw.decode().strip().upper()
                    if word == "DATA":
                        self._say("354 go on")
                        post.got.append(email.message_from_bytes(self._data()))
                    self._say("221 bye" if word == "QUIT" else "250 ok")
                    if word == "QUIT":
                        return

            def _data(self) -> bytes:
                lines = iter(self.rfile.readline, b".\r\n")
                return b"".join(line.removeprefix(b".") for line in lines)

            def _say(self, text: str) -> None:
                self.wfile.write(f"{text}\r\n".encode())

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Give the channel that mails here."""
        port = self._server.server_address[1]
        return f"mailto://127.0.0.1:{port}?from=crew@example.org&to=me@example.org&mode=insecure"

    def close(self) -> None:
        """Take nothing any more."""
        self._server.shutdown()
        self._server.server_close()
