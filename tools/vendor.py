"""Fetch the third-party files of the pages from npm again, at the versions and hashes written here.

Run it with ``uv run python tools/vendor.py``. To take a newer version: change version and integrity below (``npm view
NAME@VERSION dist.integrity``), run it, look at the pages, commit. A package whose hash differs is refused.
"""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

TARGET = Path(__file__).parent.parent / "src/openyibao/fronts/shared/static/vendor"
LIST_HEAD = """# Third-party files

Fetched by `tools/vendor.py` from the npm registry; never edited here. The integrity is that of the whole package as the
registry states it, the last column that of the file.

| file | from | licence | package integrity | file SHA-256 |
|---|---|---|---|---|
"""
QRCODE_LICENCE = """The MIT License

Copyright (c) 2009 Kazuhiko Arase (https://github.com/kazuhikoarase/qrcode-generator)

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


class Package(NamedTuple):
    """One npm package at one version, and the files taken from it (in the package → here)."""

    name: str
    version: str
    licence: str
    integrity: str
    files: dict[str, str]


PACKAGES = [
    Package(
        "weui",
        "2.6.26",
        "MIT",
        "sha512-V2s4HVNNc7vOFxzll9b13dz9IvsCdW+Dxv51ahcS2aBnX6LBhwJySJHBC3YoRspwO/oyltkjGri9TTyJ1FcAZg==",
        {"dist/style/weui.min.css": "weui.min.css", "LICENSE.txt": "weui.LICENSE.txt"},
    ),
    Package(
        "htmx.org",
        "2.0.11",
        "0BSD",
        "sha512-Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFvBTqjnIMCgELTNt636dtamA==",
        {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "htmx.LICENSE.txt"},
    ),
    Package(
        "qrcode-generator",
        "2.0.4",
        "MIT",
        "sha512-mZSiP6RnbHl4xL2Ap5HfkjLnmxfKcPWpWe/c+5XxCuetEenqmNFf1FH/ftXPCtFG5/TDobjsjz6sSNL0Sr8Z9g==",
        {"dist/qrcode.mjs": "qrcode.mjs"},
    ),
    Package(
        "sm-crypto",
        "0.5.8",
        "MIT",
        "sha512-bpz1/PthgZHcLHyIl28mbYZHmeuTDrdWpwHZ7BGzFjQuB7OOhjlbcPEMt44aqUfZ2S5YJXM8v20xYO1j9CC45Q==",
        {"dist/sm3.js": "sm3.js", "LICENCE_MIT": "sm-crypto.LICENSE.txt"},
    ),
    Package(
        "zxing-wasm",
        "3.1.4",
        "MIT",
        "sha512-1+v8p7sauddySVNG+ye7GD/0TS95BG2ycdkrC+EnBrFBFkHeIghzUt2yVjtx3NucJeNrQnhT8yGAIz60Vx9o0w==",
        {
            "dist/iife/reader/index.js": "zxing-reader.js",
            "dist/reader/zxing_reader.wasm": "zxing_reader.wasm",
            "LICENSE": "zxing-wasm.LICENSE.txt",
        },
    ),
]


def fetch(npm: str, package: Package, into: Path) -> dict[str, bytes]:
    """The wanted files of a package. Raises ValueError where the archive is not the one that was looked at."""
    named = f"{package.name}@{package.version}"
    done = subprocess.run([npm, "pack", "--silent", named], cwd=into, check=True, capture_output=True, text=True)
    archive = (into / done.stdout.strip().splitlines()[-1]).read_bytes()
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if integrity != package.integrity:
        raise ValueError(f"{named} is {integrity}, but {package.integrity} was looked at")
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        found = {}
        for inside in package.files:
            member = members.extractfile(f"package/{inside}")
            if member is None:
                raise ValueError(f"{named} has no {inside}")
            found[inside] = member.read()
    return found


def main() -> int:
    """Fetch everything, write the files and the list."""
    npm = shutil.which("npm")
    if npm is None:
        sys.stderr.write("npm is needed: apt install npm\n")
        return 1
    TARGET.mkdir(parents=True, exist_ok=True)
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for package in PACKAGES:
            for inside, content in fetch(npm, package, Path(scratch)).items():
                here = package.files[inside]
                (TARGET / here).write_bytes(content)
                digest = hashlib.sha256(content).hexdigest()
                source = f"{package.name} {package.version} `{inside}`"
                rows.append(f"| {here} | {source} | {package.licence} | `{package.integrity}` | `{digest}` |\n")
    # This package carries its licence by name only.
    (TARGET / "qrcode-generator.LICENSE.txt").write_text(QRCODE_LICENCE)
    (TARGET / "VENDOR.md").write_text(LIST_HEAD + "".join(rows))
    sys.stdout.write(f"{len(rows)} files are in {TARGET.name}/\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
