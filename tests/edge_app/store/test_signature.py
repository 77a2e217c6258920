"""Signed models: by the right key, by another, by none."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from edge_app.errors import MissingPartError, OutputError, SignatureError
from edge_app.model.file import MAX_BYTES
from edge_app.store.signature import check_signature, make_keys, sign, signature_path
from edge_app.store.store import ModelStore
from tests.parts import require

from .models import variant, written


@pytest.fixture
def signed(tmp_path: Path) -> tuple[Path, Path]:
    """A model with its signature, and the public key."""
    public_key = make_keys(tmp_path / "owner")
    path = written(tmp_path, 1)
    assert sign(path, tmp_path / "owner") == signature_path(path)
    return path, public_key


def test_a_signed_model_is_installed(signed: tuple[Path, Path], tmp_path: Path) -> None:
    """Through the whole verification."""
    path, public_key = signed
    store = ModelStore(tmp_path / "store")
    store.install(path, public_key=public_key)
    assert store.current().content == variant(1)


def test_keys_are_for_their_owner(tmp_path: Path) -> None:
    """The private one has mode 600 and is never written over."""
    make_keys(tmp_path / "owner")
    assert stat.S_IMODE((tmp_path / "owner").stat().st_mode) == 0o600
    before = (tmp_path / "owner").read_bytes()
    with pytest.raises(OutputError, match="expected a new file to write"):
        make_keys(tmp_path / "owner")
    assert (tmp_path / "owner").read_bytes() == before


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.unlink(), "expected a signature of .*, got no "),
        (lambda path: path.write_bytes(path.read_bytes()[:63]), "expected a signature of 64 bytes, got 63 bytes"),
        (lambda path: path.write_bytes(b""), "got 0 bytes"),
        (lambda path: path.write_bytes(path.read_bytes() * 2), "got more"),
        (lambda path: path.write_bytes(bytes(64)), "by the owner of .*owner.pub, got another"),
        (lambda path: path.with_suffix("").write_bytes(variant(2)), "by the owner of .*owner.pub, got another"),
    ],
)
def test_a_bad_signature_changes_nothing(signed: tuple[Path, Path], damage: object, message: str) -> None:
    """None, a truncated one, another's, or one of another file: one line, and the store stays as it is."""
    path, public_key = signed
    assert callable(damage)
    damage(signature_path(path))
    store = ModelStore(path.parent / "store")
    with pytest.raises(SignatureError, match=message) as caught:
        store.install(path, public_key=public_key)
    assert "\n" not in str(caught.value)
    assert (store.list(), store.token()) == ((), None)


def test_another_owner_has_no_say(signed: tuple[Path, Path], tmp_path: Path) -> None:
    """A signature that is valid, by somebody else's key."""
    path, _ = signed
    with pytest.raises(SignatureError, match=r"by the owner of .*other\.pub"):
        check_signature(path.read_bytes(), path, make_keys(tmp_path / "other"))


def test_a_public_key_is_never_written_over(tmp_path: Path) -> None:
    """Its private key may have been moved to where it is safe."""
    public_key = make_keys(tmp_path / "owner")
    (tmp_path / "owner").rename(tmp_path / "safe")
    before = public_key.read_bytes()
    with pytest.raises(OutputError, match=r"expected a new file to write, got .*owner\.pub"):
        make_keys(tmp_path / "owner")
    assert public_key.read_bytes() == before
    assert not (tmp_path / "owner").exists()


def no_file(place: Path, kind: str) -> Path:
    """Puts something there that is no file."""
    place.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to("/dev/zero")
    return place


@pytest.mark.parametrize("kind", ["pipe", "folder", "endless"])
def test_what_is_no_file_is_refused(signed: tuple[Path, Path], tmp_path: Path, kind: str) -> None:
    """At once, in the place of the signature, of either key, and of the model that is to be signed."""
    path, public_key = signed
    content, other = path.read_bytes(), no_file(tmp_path / "other", kind)
    with pytest.raises(SignatureError, match=f"expected an Ed25519 public key, got {other}"):
        check_signature(content, path, other)
    with pytest.raises(SignatureError, match=f"expected an Ed25519 private key without a password, got {other}"):
        sign(path, other)
    with pytest.raises(SignatureError, match=f"expected a model to sign, got {other}"):
        sign(other, tmp_path / "owner")
    no_file(signature_path(path), kind)
    with pytest.raises(SignatureError, match="expected a signature of"):
        check_signature(content, path, public_key)


def test_a_file_too_large_is_not_signed(signed: tuple[Path, Path], tmp_path: Path) -> None:
    """No device would take it."""
    with (tmp_path / "large").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(SignatureError, match=r"at most 64 MB, got .*large"):
        sign(tmp_path / "large", tmp_path / "owner")


def test_a_key_with_a_password(signed: tuple[Path, Path], tmp_path: Path) -> None:
    """It is said that it must have none."""
    require(["openssl"])
    command = ["openssl", "pkcs8", "-topk8", "-in", str(tmp_path / "owner"), "-passout", "pass:x"]
    subprocess.run([*command, "-out", str(tmp_path / "locked")], check=True)
    with pytest.raises(SignatureError, match=r"private key without a password as PEM, got another in .*locked"):
        sign(signed[0], tmp_path / "locked")


@pytest.mark.parametrize("key", ["missing", "text", "private", "rsa"])
def test_a_key_of_another_kind(signed: tuple[Path, Path], tmp_path: Path, key: str) -> None:
    """The message names the file, and that a public key is wanted."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    path = {"missing": tmp_path / "none", "private": tmp_path / "owner"}.get(key, tmp_path / "key")
    if key == "text":
        path.write_text("no key")
    elif key == "rsa":
        public = rsa.generate_private_key(65537, 2048).public_key()
        path.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(SignatureError, match=f"expected an Ed25519 public key.* {path}"):
        check_signature(b"", signed[0], path)


def test_openssl_signs_and_checks(signed: tuple[Path, Path], tmp_path: Path) -> None:
    """A fleet's owner can keep the key wherever openssl works."""
    require(["openssl"])
    path, public_key = signed
    command = ["openssl", "pkeyutl", "-rawin", "-in", str(path)]
    theirs = tmp_path / "theirs.sig"
    subprocess.run([*command, "-sign", "-inkey", str(tmp_path / "owner"), "-out", str(theirs)], check=True)
    assert theirs.read_bytes() == signature_path(path).read_bytes()
    check = [*command, "-verify", "-pubin", "-inkey", str(public_key), "-sigfile", str(signature_path(path))]
    assert subprocess.run(check, check=False, capture_output=True).returncode == 0


def test_without_the_library_the_extra_is_named(signed: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else of the store needs it."""
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric", None)
    with pytest.raises(MissingPartError, match=r"pip install 'digits-edge\[fleet\]'"):
        check_signature(b"", *signed)
