"""`model`: install another one, go back to the one before."""

import argparse
import re
from pathlib import Path
from typing import Any

from .flags import add_store


def add(commands: Any) -> None:
    """Adds the command to argparse's subparsers."""
    parser = commands.add_parser(
        "model", help="install a model, or go back to the one before", description="Keeps the models of this machine."
    )
    actions = parser.add_subparsers(title="actions", required=True, metavar="{install,list,rollback,keygen,sign}")
    _add_install(actions)
    listing = actions.add_parser("list", help="show the models", description="Shows the models, the current one first.")
    listing.add_argument("--json", action="store_true", help="print one JSON object, with the history")
    add_store(listing)
    listing.set_defaults(command=_list)
    rollback = actions.add_parser(
        "rollback", help="go back to the model before", description="Makes the model before current again."
    )
    add_store(rollback)
    rollback.set_defaults(command=_rollback)
    keygen = actions.add_parser("keygen", help="make a pair of keys", description="Writes KEY and KEY.pub (Ed25519).")
    keygen.add_argument("key", type=Path, metavar="KEY")
    keygen.set_defaults(command=_keygen)
    sign = actions.add_parser("sign", help="sign a model", description="Writes FILE.sig (Ed25519).")
    sign.add_argument("file", type=Path, metavar="FILE")
    sign.add_argument("--key", type=Path, required=True, metavar="KEY", help="made by keygen")
    sign.set_defaults(command=_sign)


def _add_install(actions: Any) -> None:
    parser = actions.add_parser(
        "install",
        help="verify a model and make it current",
        description="Verifies a model, tries it on each runtime, and only then makes it current.",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--sha256", type=_sha256, metavar="HEX", help="refuse a file with another hash")
    parser.add_argument(
        "--require-signature", type=Path, metavar="KEY.pub", help="refuse a file without a signature FILE.sig by KEY"
    )
    parser.add_argument(
        "--keep", type=_at_least_two, default=5, metavar="N", help="how many models to keep (default: %(default)s)"
    )
    add_store(parser)
    parser.set_defaults(command=_install)


def _sha256(text: str) -> str:
    if not re.fullmatch("[0-9a-fA-F]{64}", text):
        raise argparse.ArgumentTypeError(f"expected 64 hexadecimal digits, got {text!r}")
    return text


def _at_least_two(text: str) -> int:
    try:
        count = int(text)
    except ValueError:
        count = 0
    if count < 2:
        raise argparse.ArgumentTypeError(f"expected 2 or more (the current model and the one before it), got {text!r}")
    return count


def _install(options: argparse.Namespace) -> int:
    from ..store.manage import install

    return install(options.file, options.store, options.keep, options.sha256, options.require_signature)


def _list(options: argparse.Namespace) -> int:
    from ..store.manage import print_models

    return print_models(options.store, options.json)


def _rollback(options: argparse.Namespace) -> int:
    from ..store.manage import roll_back

    return roll_back(options.store)


def _keygen(options: argparse.Namespace) -> int:
    from ..store.signature import make_keys

    public_key = make_keys(options.key)
    print(f"wrote {options.key}, which stays with you, and {public_key}, which goes to the devices")
    return 0


def _sign(options: argparse.Namespace) -> int:
    from ..store.signature import sign

    print(f"wrote {sign(options.file, options.key)}")
    return 0
