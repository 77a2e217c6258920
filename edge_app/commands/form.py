"""`form`: begin a form's file, check one, print a ready-made form, review what was read."""

import argparse
from pathlib import Path
from typing import Any

from ..errors import OutputError
from .flags import add_address, add_model, model_of
from .form_review import add_review

# Of forms.ready_made.KINDS, which is loaded only when it is asked for.
KINDS = ("score-card", "delivery-note", "stock-count", "cheque")


def add(commands: Any) -> None:
    """Adds the command to argparse's subparsers."""
    parser = commands.add_parser(
        "form",
        help="describe a form for read --form",
        description="Forms: what stands where on a sheet, for read --form and batch --form.",
    )
    actions = parser.add_subparsers(title="actions", required=True, metavar="{new,check,draw,edit,review}")
    new = actions.add_parser(
        "new", help="write the file of a ready-made form", description="Writes a form's file to begin with."
    )
    new.add_argument("kind", choices=KINDS, metavar="KIND", help=", ".join(KINDS))
    new.add_argument("file", type=Path, metavar="FILE", help="a new form.toml")
    new.set_defaults(command=_new)
    check = actions.add_parser(
        "check", help="say what a form's file accepts", description="Checks a form's file, and says what it accepts."
    )
    check.add_argument("file", type=Path, metavar="FILE")
    check.set_defaults(command=_check)
    draw = actions.add_parser(
        "draw",
        help="draw a ready-made form to print",
        description="Writes KIND.pdf to print, KIND.png for --form-picture and KIND.toml for --form.",
    )
    draw.add_argument("kind", choices=KINDS, metavar="KIND", help=", ".join(KINDS))
    draw.add_argument("folder", type=Path, metavar="DIR")
    draw.set_defaults(command=_draw)
    edit = actions.add_parser(
        "edit",
        help="make a form in the browser",
        description="Serves a page on which a form is photographed, its fields drawn, tried out and saved.",
    )
    edit.add_argument("file", type=Path, metavar="FILE", help="form.toml, there or to be; or a folder for it")
    edit.add_argument("--photo", type=Path, metavar="IMAGE", help="a photo of the form to begin with")
    add_address(edit, port=0)
    add_model(edit)
    edit.set_defaults(command=_edit)
    add_review(actions)


def _new(options: argparse.Namespace) -> int:
    from ..files.atomic import write_atomically
    from ..forms.printing import commented
    from ..forms.ready_made import ready_made

    if options.file.exists():
        raise OutputError(f"expected a new file, got {options.file}, which is there; choose another name")
    write_atomically(options.file, commented(ready_made(options.kind).form).encode())
    print(f"wrote {options.file}")
    return 0


def _check(options: argparse.Namespace) -> int:
    from ..forms.form import read_form
    from ..forms.printing import described

    print("\n".join(described(read_form(options.file))))
    return 0


def _draw(options: argparse.Namespace) -> int:
    from ..files.atomic import write_atomically
    from ..forms.printing import as_pdf, as_png, commented
    from ..forms.ready_made import ready_made

    made = ready_made(options.kind)
    contents = {
        "pdf": as_pdf(made.picture),
        "png": as_png(made.picture),
        "toml": commented(made.form).encode(),
    }
    there = [path for suffix in contents if (path := options.folder / f"{options.kind}.{suffix}").exists()]
    if there:
        raise OutputError(f"expected a folder without that form, got {there[0]} in it; choose another")
    for suffix, content in contents.items():
        write_atomically(options.folder / f"{options.kind}.{suffix}", content)
        print(f"wrote {options.folder / f'{options.kind}.{suffix}'}")
    return 0


def _edit(options: argparse.Namespace) -> int:
    from .form_edit import EditSettings, edit_form

    return edit_form(
        EditSettings(
            options.file,
            options.photo,
            options.preview_host,
            options.preview_port,
            options.token_file,
            model_of(options),
        )
    )
