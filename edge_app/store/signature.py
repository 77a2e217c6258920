"""Detached Ed25519 signatures of model files: FILE.sig, 64 bytes; keys as PEM, as openssl has them too.

`openssl pkeyutl -sign -rawin -inkey KEY -in FILE -out FILE.sig` makes the same signature.
"""

import os
from pathlib import Path
from typing import Any

from ..errors import MissingPartError, OutputError, SignatureError
from ..files.atomic import write_atomically
from ..files.regular import read_regular
from ..model.file import MAX_BYTES

SIGNATURE_BYTES = 64
# Of a model's name or URL.
SUFFIX = ".sig"
MAX_KEY_BYTES = 10_000


def signature_path(model: Path) -> Path:
    """Where the signature of a model lies."""
    return model.with_name(model.name + SUFFIX)


def check_signature(content: bytes, path: Path, public_key: Path, source: str | None = None) -> None:
    """Checks that the owner of a key has signed a model.

    Args:
        content: of the model.
        path: of the model; beside it lies its signature.
        public_key: a PEM file.
        source: where the model comes from, which messages name; its path if None.

    Raises:
        SignatureError: no key, no signature, or not one of this content by this key.
        MissingPartError: `cryptography` is not installed.
    """
    ed25519 = _ed25519()
    from cryptography.exceptions import InvalidSignature

    key = _load(public_key, "an Ed25519 public key", "load_pem_public_key", ed25519.Ed25519PublicKey)
    named = source or str(path)
    beside = f"{named}{SUFFIX}"
    try:
        signature = read_regular(signature_path(path), SIGNATURE_BYTES)
    except OSError as error:
        raise SignatureError(
            f"expected a signature of {named}, got no {beside} ({error.strerror}); ask the model's maker for it"
        ) from error
    if len(signature) != SIGNATURE_BYTES:
        size = f"{len(signature)} bytes" if len(signature) < SIGNATURE_BYTES else "more"
        raise SignatureError(f"expected a signature of {SIGNATURE_BYTES} bytes, got {size} in {beside}; copy it again")
    try:
        key.verify(signature, content)
    except InvalidSignature as error:
        raise SignatureError(
            f"expected a signature of {named} by the owner of {public_key}, got another in {beside}; "
            "copy both files again, or ask the model's maker"
        ) from error


def sign(path: Path, private_key: Path) -> Path:
    """Signs a model file; returns where the signature lies. Raises SignatureError, OutputError, MissingPartError."""
    wanted = "an Ed25519 private key without a password"
    key = _load(private_key, wanted, "load_pem_private_key", _ed25519().Ed25519PrivateKey, password=None)
    try:
        content = read_regular(path, MAX_BYTES)
    except OSError as error:
        raise SignatureError(f"expected a model to sign, got {path} ({error.strerror}); check the path") from error
    if len(content) > MAX_BYTES:
        raise SignatureError(f"expected a model of at most {MAX_BYTES >> 20} MB, got {path}; check the path")
    write_atomically(signature_path(path), key.sign(content))
    return signature_path(path)


def make_keys(private_key: Path) -> Path:
    """Writes a new private key, for its owner's eyes alone, and the public one beside it, whose path it returns.

    Raises:
        OutputError: there is a file already, or the folder cannot be written.
        MissingPartError: `cryptography` is not installed.
    """
    key = _ed25519().Ed25519PrivateKey.generate()
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    public_key = private_key.with_name(private_key.name + ".pub")
    # Devices may hold it while its private key is kept elsewhere.
    if public_key.exists():
        raise OutputError(f"expected a new file to write, got {public_key} (File exists); try another")
    try:
        descriptor = os.open(private_key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    except OSError as error:
        raise OutputError(f"expected a new file to write, got {private_key} ({error.strerror}); try another") from error
    write_atomically(public_key, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return public_key


def _ed25519() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as error:
        raise MissingPartError(
            "expected cryptography for signatures, got none installed; try pip install 'digits-edge[fleet]'"
        ) from error
    return ed25519


def _load(path: Path, wanted: str, loader: str, kind: Any, **arguments: None) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    try:
        key = getattr(serialization, loader)(read_regular(path, MAX_KEY_BYTES), **arguments)
    except OSError as error:
        raise SignatureError(f"expected {wanted}, got {path} ({error.strerror}); check the path") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SignatureError(
            f"expected {wanted} as PEM, got another in {path}; make one: edge_app model keygen"
        ) from error
    if not isinstance(key, kind):
        raise SignatureError(f"expected {wanted}, got a key of another kind in {path}; check which key it is")
    return key
