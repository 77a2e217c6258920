"""Requests that no honest client sends, by kind; all random choices come from the generator that is handed in."""

import io
import random
import struct
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

# Where pictures are taken.
PICTURES = ("/api/read", "/api/sheet")
COLLECTING = ("/label", "/api/crops", "/api/sheet", "/api/numbers/1/wrong", "/template.pdf")
ROUTES = (
    "/",
    "/static/style.css",
    "/stream.mjpg",
    "/api/events",
    "/api/numbers",
    "/api/info",
    "/api/read",
    "/healthz",
    *COLLECTING,
)
METHODS = (
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "PATCH",
    "get",
    "G ET",
    "\x00",
    "X" * 300,
)
SECRETS = (
    "etc/passwd",
    "proc/self/environ",
    "app.py",
    "root/.ssh/id_rsa",
    "../../pyproject.toml",
    "sign_in.html%00.css",
)
STEPS = (
    "../",
    "..%2f",
    "%2e%2e/",
    "%2e%2e%2f",
    "..\\",
    "..%5c",
    "%252e%252e%252f",
    "....//",
    "%c0%ae%c0%ae/",
    "..;/",
    "/",
)
HOSTS = (
    "evil.example",
    "localhost.evil.example",
    "[",
    "[::1",
    "127.0.0.1@evil.example",
    "",
    " ",
    "localhost:99999999",
    "ÿ",
)

Random = random.Random
Kind = Callable[[Random], bytes]


def request(method: str, target: str, body: bytes = b"", **headers: str) -> bytes:
    """A request; header names with _ for -, Host and Content-Length unless given."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named = {"Host": "localhost", "Content-Length": str(len(body)), "Connection": "close"} | named
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body


def garbage(rng: Random) -> bytes:
    """Random bytes, some with the look of a request."""
    start = rng.choice((b"", b"GET ", b"GET / HTTP/1.1\r\n", b"\x16\x03\x01\x02", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
    return start + rng.randbytes(rng.randrange(1, 2000)) + rng.choice((b"", b"\r\n\r\n"))


def heads(rng: Random) -> bytes:
    """Broken, huge or contradicting heads."""
    return rng.choice(
        (
            lambda: b"GET / HTTP/9.9\r\n\r\n",
            lambda: b"GET / HTTP/1.1\r\n\r\n",
            lambda: b"GET /\r\n\r\n",
            lambda: b"GET " + b"/a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
            lambda: request("GET", "/", Cookie="a=" + "b" * 40_000),
            lambda: request("GET", "/").replace(b"Host", b"X: y\r\n" * 2000 + b"Host"),
            lambda: b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
            lambda: b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
            lambda: b"GET / HTTP/1.1\r\nHost: localhost\r\n folded: x\r\n : y\r\n\r\n",
            lambda: b"GET / HTTP/1.1\nHost: localhost\n\n",
            lambda: request("GET", "/", Upgrade="websocket", Connection="Upgrade", Sec_WebSocket_Key="x"),
            lambda: request("GET", "/", Upgrade="h2c", Connection="Upgrade, HTTP2-Settings", HTTP2_Settings="AAMAAABk"),
            lambda: request("GET", "/api/numbers", Expect="100-continue", Range="bytes=0-1,5-999999999999"),
            lambda: request("GET", "/\r\nX-Injected: 1"),
        )
    )()


def paths(rng: Random) -> bytes:
    """Attempts to reach files."""
    base = rng.choice(("/", "/static/", "/api/", "/api/read/", "/static/..", "//", "http://evil.example/", "file:///"))
    target = base + rng.choice(STEPS) * rng.randrange(1, 12) + rng.choice(SECRETS)
    return request(rng.choice(("GET", "HEAD", "POST")), target.replace(" ", "%20"))


def labels(rng: Random) -> bytes:
    """Crops and numbers that are none, labels that are none."""
    crop = rng.choice(
        ("0" * 16, "f" * 16, "%2e%2e", "..%2f..%2fx", "é", "a" * 5000, "undo", "%00", "-1", "1e9", "9" * 400)
    )
    label = rng.choice(("7", "x", "12", "..", "%2e%2e%2fx", "é", "wrong", ""))
    target = rng.choice((f"/api/crops/{crop}/{label}", f"/crops/{crop}.png", f"/api/numbers/{crop}/{label}"))
    return request(
        rng.choice(("GET", "POST", "DELETE")), target.replace("é", "%c3%a9"), rng.randbytes(rng.choice((0, 40)))
    )


def methods(rng: Random) -> bytes:
    """Any method anywhere, with whatever query."""
    query = rng.choice(
        ("", "?", "?token=", "?token=" + "a" * 3000, "?%ff=%00&&=&a", "?" + "a=1&" * 2000, "?x=../../etc/passwd")
    )
    return request(rng.choice(METHODS), rng.choice(ROUTES) + query, rng.randbytes(rng.choice((0, 0, 10, 70_000))))


def identities(rng: Random) -> bytes:
    """Foreign hosts and origins, odd credentials and preferences."""
    return request(
        rng.choice(("GET", "POST")),
        rng.choice((*ROUTES, "/metrics")),
        Host=rng.choice(("localhost", *HOSTS)),
        Origin=rng.choice(("null", "http://evil.example", "http://[", "http://localhost", "%", "")),
        Authorization=rng.choice(("Bearer", "Bearer " + "a" * 200, "Basic eA==", "Bearer \xff\xfe", "bearer  x y")),
        Cookie=rng.choice(("edge_app_token=x", "=;=;", "edge_app_token=\xff", '$Version=1; a="', ";" * 3000)),
        Accept=rng.choice(("*/*", "application/openmetrics-text;version=9", ";;,,=", "text/plain;" * 900, "\xff")),
        Content_Type=rng.choice(("", "image/png", "multipart/form-data", "\xff/\xff", "image/" + "x" * 3000)),
    )


def lengths(rng: Random) -> bytes:
    """Sizes that are absent, absurd or lies."""
    size = rng.choice(("-1", "1e9", "0x10", "99999999999999999999", "99999999", "20010001", "5, 6", " ", "٣", "100"))
    kind = rng.choice(("image/png", "multipart/form-data; boundary=b"))
    head = f"POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
    chunk = rng.choice(
        (b"0\r\n\r\n", b"zz\r\nx\r\n", b"fffffffffffffffff\r\n", b"-1\r\n\r\n", b"5\r\nabc", b"5;" + b"e" * 9000)
    )
    tail = rng.choice(
        (
            f"Content-Length: {size}\r\n\r\n".encode() + rng.randbytes(50),
            b"Transfer-Encoding: chunked\r\n\r\n" + chunk,
            b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + chunk,
            b"Transfer-Encoding: gzip, chunked, identity\r\n\r\n" + chunk,
            b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
            b"\r\n" + rng.randbytes(50),
            b"Content-Length: 50\r\nExpect: 100-continue\r\n\r\n",
        )
    )
    return head.encode() + tail


def forms(rng: Random) -> bytes:
    """Broken multipart bodies."""
    name = rng.choice(('name="image"', 'name="image', "name=", 'name="\xff"', 'name="x"', "", "name*=utf-8''image"))
    file = rng.choice(
        ('; filename="../../etc/passwd"', '; filename=""', "", "; filename*=UTF-16''%ff", '; filename="a\x00b"')
    )
    part = f"--b\r\nContent-Disposition: form-data; {name}{file}\r\nContent-Type: image/png\r\n\r\n".encode("latin-1")
    body = rng.choice(
        (
            part + sample(rng) + b"\r\n--b--\r\n",
            part + sample(rng),
            part * 3000 + b"--b--",
            b"--b\r\n" + b"X: y\r\n" * 5000 + b"\r\nx\r\n--b--",
            b"--b\r\nContent-Disposition: " + b"x" * 100_000 + b"\r\n\r\n\r\n--b--",
            b"--b--" + rng.randbytes(5000),
            rng.randbytes(3000),
            b"\r\n" * 5000,
            b"",
        )
    )
    kind = rng.choice(
        ("boundary=b", "boundary=", "boundary=" + "b" * 3000, "", "boundary=b; charset=no-such", 'boundary="b')
    )
    return request("POST", rng.choice(PICTURES), body, Content_Type=f"multipart/form-data; {kind}")


def images(rng: Random) -> bytes:
    """Damaged pictures of every kind."""
    body = bytearray(sample(rng))
    for _ in range(rng.randrange(12)):
        body[rng.randrange(min(len(body), 500))] = rng.randrange(256)
    if rng.random() < 0.2:
        del body[rng.randrange(len(body)) :]
    return request(
        "POST",
        rng.choice(PICTURES),
        bytes(body),
        Content_Type=rng.choice(("image/png", "image/jpeg", "application/octet-stream")),
    )


def bombs(rng: Random) -> bytes:
    """Small files that want to become large, and files that start programs elsewhere."""
    body = rng.choice(
        (
            lambda: png(60_000, 60_000, b""),
            lambda: png(10_000, 6_001, zlib.compress(bytes(10**6), 9)),
            lambda: png(32, 1_800_000, b""),
            lambda: png(100, 100, b"", text=zlib.compress(bytes(30 * 10**6), 9)),
            lambda: b"GIF89a" + struct.pack("<HH", 65535, 65535) + bytes(50),
            lambda: b"BM" + struct.pack("<IIIIiiHHIIiiII", 100, 0, 54, 40, 2**31 - 1, -(2**31), 1, 1, 1, 0, 0, 0, 0, 0),
            lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n(/etc/passwd) (r) file run\n%%EOF\n",
            lambda: b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><svg>&b;</svg>',
            lambda: b"push graphic-context\nimage over 0,0 0,0 '|id'\n",
            lambda: b"PK\x03\x04" + rng.randbytes(300),
            lambda: large(rng.choice(("noise", "flat"))),
        )
    )()
    return request("POST", rng.choice(PICTURES), body, Content_Type="image/png")


def png(width: int, height: int, data: bytes, text: bytes = b"") -> bytes:
    """A grey PNG that claims a size."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))]
    chunks += [(b"zTXt", b"Comment\0\0" + text)] if text else []
    chunks += [(b"IDAT", data), (b"IEND", b"")]
    packed = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@cache
def large(kind: str) -> bytes:
    """A picture just within the limits: it has to be read, not refused."""
    pixels = np.full((7000, 8500), 200, np.uint8)
    if kind == "noise":
        pixels = np.random.default_rng(0).integers(0, 256, (3000, 4000), np.uint8)
    return encoded(Image.fromarray(pixels), "PNG")


@cache
def samples() -> tuple[bytes, ...]:
    """Good pictures of every kind."""
    image = Image.fromarray(np.random.default_rng(1).integers(0, 256, (60, 80, 3), np.uint8))
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("PNG", {}),
        ("WEBP", {}),
        ("GIF", {}),
        ("BMP", {}),
        ("TIFF", {}),
    ]
    kinds += [("TIFF", {"compression": name}) for name in ("tiff_lzw", "tiff_deflate", "jpeg", "packbits")]
    return tuple(encoded(image, kind, **options) for kind, options in kinds) + tuple(
        encoded(image.convert("L"), kind) for kind in ("ICO", "PPM", "PCX", "EPS")
    )


def sample(rng: Random) -> bytes:
    """One of them."""
    return rng.choice(samples())


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """An image file as bytes."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


# With how often each is chosen.
KINDS: dict[Kind, int] = {
    garbage: 8,
    heads: 10,
    paths: 20,
    labels: 8,
    methods: 10,
    identities: 8,
    lengths: 10,
    forms: 12,
    images: 12,
    bombs: 2,
}
