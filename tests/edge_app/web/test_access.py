"""Who is let in."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from edge_app import PageReader
from edge_app.errors import OptionError
from edge_app.live.state import LiveState
from edge_app.web.access import GUESSES, GUESSES_S, VARIABLE, Access, Guesses, choose_access, is_own_name
from edge_app.web.app import create_app
from edge_app.web.guard import COOKIE
from edge_app.web.info import Info

from ..fake_classifier import TallInk

TOKEN = "a-token-of-the-tests"


def client_of(token: str | None, host: str = "http://pi.example:8080") -> TestClient:
    """A client of an app."""
    app = create_app(
        LiveState(), lambda: PageReader(TallInk(), detector=None, sequence=None), Access(token), Info("", "")
    )
    return TestClient(app, base_url=host, follow_redirects=False)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1"])
def test_loopback_needs_no_token(host: str) -> None:
    """Only this machine can connect."""
    assert choose_access(host, None, {}) == Access()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.20", "pi.local", ""])
def test_any_other_address_has_a_new_token(host: str) -> None:
    """Nobody can guess it, and each is another."""
    one, two = choose_access(host, None, {}), choose_access(host, None, {})
    assert one.made
    assert one.token != two.token
    assert len(one.token or "") >= 32


def test_a_given_token_is_used_even_on_loopback(tmp_path: Path) -> None:
    """The file comes first, then the environment."""
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    assert choose_access("127.0.0.1", path, {VARIABLE: "b" * 20}) == Access(TOKEN)
    assert choose_access("127.0.0.1", None, {VARIABLE: "b" * 20}) == Access("b" * 20)


@pytest.mark.parametrize("text", ["", "short", "has spaces in the middle of it", "a" * 300, "ä" * 20, "a;b" * 10])
def test_what_is_no_token_is_refused(text: str, tmp_path: Path) -> None:
    """A token that can be guessed, or that no header can carry, is one clear line without the token."""
    path = tmp_path / "token"
    path.write_text(text)
    with pytest.raises(OptionError, match=r"expected a token of .*, got .*; make one") as caught:
        choose_access("0.0.0.0", path, {})
    assert not text or text not in str(caught.value).replace(str(path), "")
    with pytest.raises(OptionError, match="missing"):
        choose_access("0.0.0.0", tmp_path / "missing", {})


def test_without_the_token_nothing_is_shown() -> None:
    """Everything but the health check and the sign-in page's own files is refused."""
    client = client_of(TOKEN)
    pages, data = ("/", "/docs", "/metrics", "/unknown"), ("numbers", "info", "events")
    for path in (*pages, "/openapi.json", "/stream.mjpg", *(f"/api/{name}" for name in data)):
        answer = client.get(path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert client.post("/api/read").status_code == 401
    assert client.get("/healthz").status_code == 503
    assert client.get("/static/style.css").status_code == 200


def test_the_token_as_a_header() -> None:
    """As programs send it; a wrong one is refused."""
    client = client_of(TOKEN)
    assert client.get("/api/info", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert client.get("/api/info", headers={"Authorization": f"bearer {TOKEN}"}).status_code == 200
    for wrong in (f"Bearer {TOKEN}x", "Bearer ", f"Basic {TOKEN}", TOKEN, "Bearer \xff"):
        answer = client.get("/api/info", headers={b"Authorization": wrong.encode("latin-1")})
        assert answer.status_code == 401
        assert answer.json()["error"].startswith("expected the token, got ")


def test_the_token_in_the_address_becomes_a_cookie() -> None:
    """It does not stay in the address bar, and scripts and other sites never get the cookie."""
    client = client_of(TOKEN)
    answer = client.get("/", params={"token": TOKEN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.cookies[COOKIE] == TOKEN
    assert client.get("/api/info").status_code == 200
    assert client.get("/").status_code == 200


def test_a_wrong_token_in_the_address_is_a_plain_page() -> None:
    """It says so, and does not repeat it."""
    answer = client_of(TOKEN).get("/", params={"token": "<script>wrong"})
    assert answer.status_code == 401
    assert "not the right one" in answer.text
    assert "<script" not in answer.text
    assert "set-cookie" not in answer.headers


def test_only_the_page_takes_a_token_in_the_address() -> None:
    """Elsewhere it would end up in logs."""
    assert client_of(TOKEN).get("/api/info", params={"token": TOKEN}).status_code == 401


def test_wrong_tokens_are_slowed_down_and_the_right_one_never_is() -> None:
    """After some wrong ones more of them have to wait, the same one counting once; behind a proxy all share that."""
    client = client_of(TOKEN)
    for _ in range(3 * GUESSES):
        assert client.get("/api/info", headers={"Authorization": "Bearer old-token-of-an-old-page"}).status_code == 401
    for guess in range(GUESSES - 1):
        client.get("/api/info", headers={"Authorization": f"Bearer {guess}"})
    answer = client.get("/api/info", headers={"Authorization": "Bearer another"})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "60"
    assert client.get("/api/info", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert client.get("/").status_code == 401
    assert client.get("/", params={"token": "another"}).status_code == 429
    assert client.get("/", params={"token": TOKEN}).status_code == 303
    assert client.get("/").status_code == 200


def test_guesses_are_forgotten_after_a_minute() -> None:
    """Nobody is shut out for long, and what is kept is bounded."""
    now_s = 0.0
    guesses = Guesses(lambda: now_s)
    for address in range(5000):
        for guess in range(GUESSES):
            guesses.add(str(address), str(guess))
    assert guesses.too_many("0")
    assert not guesses.too_many("4999")
    now_s = GUESSES_S
    assert not guesses.too_many("0")


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("localhost", True),
        ("localhost:8080", True),
        ("127.0.0.1:8080", True),
        ("[::1]:8080", True),
        ("evil.example", False),
        ("evil.example:8080", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("192.168.1.20:8080", False),
        ("", False),
        ("[", False),
        ("[::1", False),
    ],
)
def test_without_a_token_only_own_names_are_answered_to(host: str, own: bool) -> None:
    """A foreign name that leads to this machine (DNS rebinding) is refused."""
    assert is_own_name(host) == own
    answer = client_of(None, "http://localhost").get("/healthz", headers={"Host": host})
    assert answer.status_code == (503 if own else 421)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 415),
        ({"Origin": "http://localhost:8080"}, 415),
        ({"Origin": "https://localhost:8080", "Sec-Fetch-Site": "same-origin"}, 415),
        ({"Origin": "http://localhost:9090"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "http://["}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_other_sites_cannot_post(headers: dict[str, str], status: int) -> None:
    """A page elsewhere cannot make a browser upload here."""
    assert client_of(None, "http://localhost:8080").post("/api/read", headers=headers).status_code == status


@pytest.mark.parametrize(
    "header", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "x-forwarded-proto", "Via", "X-Real-IP"]
)
def test_what_a_proxy_sends_on_takes_a_token(header: str) -> None:
    """Many proxies say Host: 127.0.0.1, and then everyone would be at this machine; with a token all is as before."""
    for path in ("/", "/healthz", "/api/numbers"):
        answer = client_of(None, "http://127.0.0.1").get(path, headers={header: "192.0.2.1"})
        assert answer.status_code == 403
        assert f"header {header.lower()}" in answer.text
        assert "--token-file" in answer.text
    bearer = {"Authorization": f"Bearer {TOKEN}", header: "192.0.2.1"}
    assert client_of(TOKEN, "http://127.0.0.1").get("/api/numbers", headers=bearer).status_code == 200
