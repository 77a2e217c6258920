"""The page's modules run by Node, without a browser: what is of pixels and numbers alone."""

import base64
import json
import shutil
import subprocess
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convert.web.site import PAGE

START_S = 300
SCRIPT = Template("""
import * as it from "./$module";
import { readFileSync } from "node:fs";
const bytesOf = (view) => Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString("base64");
for (const [height, width, bytes] of JSON.parse(readFileSync("given.json"))) {
  const grey = { data: new Uint8Array(Buffer.from(bytes, "base64")), width, height };
  console.log(JSON.stringify($expression, (_, value) => ArrayBuffer.isView(value) ? bytesOf(value) : value));
}
""")


class NodePage:
    """A copy of the modules that Node takes for modules.

    Args:
        folder: for the copy.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.copytree(PAGE, folder / "page")
        (folder / "page" / "package.json").write_text('{"type": "module"}')

    def call(self, module: str, expression: str, greys: list[NDArray[np.uint8]]) -> list[Any]:
        """What an expression of `it`, the module, and `grey` gives for each picture, uint8 (H, W); bytes as arrays."""
        (self._folder / "given.json").write_text(
            json.dumps([[*grey.shape, base64.b64encode(grey.tobytes()).decode()] for grey in greys])
        )
        (self._folder / "page" / "run.js").write_text(SCRIPT.substitute(module=module, expression=expression))
        done = subprocess.run(
            ["node", "page/run.js"], cwd=self._folder, capture_output=True, text=True, timeout=START_S, check=False
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


def grey_of(encoded: str, shape_hw: tuple[int, ...]) -> NDArray[np.uint8]:
    """Bytes that were given back."""
    return np.frombuffer(base64.b64decode(encoded), np.uint8).reshape(shape_hw)
