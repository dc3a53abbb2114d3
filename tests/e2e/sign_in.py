"""Cookies and tokens of a sign-in made by hand, good ones and bad ones."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

SECRET = "of thirty-two characters at least"
USER = "_streamlit_user"


def cookie(server: str, secret: str = SECRET, days_ago: float = 0, **claims: object) -> dict[str, str]:
    """The cookie of who signed in as that, as Streamlit sets it."""
    value = json.dumps({"origin": server, "is_logged_in": True, "provider": "default", **claims})
    then = time.time() - days_ago * 86_400
    with patch("time.time", lambda: then):
        return {USER: create_signed_value(secret, USER, value).decode()}


class Provider:
    """An identity provider that issues any token: `claims` and `key` say which."""

    def __init__(self, url: str):
        self.url = url
        self.own = RSAKey.generate_key(2048, {"kid": "1"})
        self.key: Any = self.own
        self.claims: dict[str, object] = {}
        self.altered = False

    def answer(self, path: str) -> object:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.url,
                **{name: f"{self.url}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")},
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        if path == "/jwks_uri":
            return {"keys": [self.own.as_dict(private=False)]}
        assert path == "/token_endpoint"
        token = jwt.encode({"alg": "RS256", "kid": "1"}, self.claims, self.key)
        if self.altered:
            head, body, signature = token.split(".")
            token = ".".join((head, body[:-4] + ("AAAA" if body[-4:] != "AAAA" else "BBBB"), signature))
        return {"access_token": "a", "token_type": "Bearer", "id_token": token}


@contextmanager
def provider() -> Iterator[Provider]:
    """The provider, on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = json.dumps(made.answer(urlsplit(self.path).path)).encode()
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Provider(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield made
        server.shutdown()


def signed_in(server: str, by: Provider, client: str, name: str, **wrong: object) -> dict[str, str]:
    """The cookies after a sign-in at the provider that streamlit's secrets call `name`; `wrong` claims are in its token."""
    now = int(time.time())
    asked = jwt.encode({"alg": "HS256"}, {"provider": name, "exp": now + 60}, OctKey.import_key(SECRET))
    with requests.Session() as session:
        sent = session.get(f"{server}/auth/login", params={"provider": asked}, allow_redirects=False, timeout=60)
        query = {key: values[0] for key, values in parse_qs(urlsplit(sent.headers["Location"]).query).items()}
        fine = {"iss": by.url, "aud": client, "sub": "ada", "email": "ada@example.org", "iat": now, "exp": now + 600}
        by.claims = {**fine, "nonce": query["nonce"], **wrong}
        answer = {"code": "any", "state": query["state"]}
        session.get(f"{server}/oauth2callback", params=answer, allow_redirects=False, timeout=60)
        return {cookie.name: str(cookie.value) for cookie in session.cookies}
