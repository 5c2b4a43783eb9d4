"""VENDORED.toml and the files beside it agree, NOTICE names them, nothing asks another host."""

import gzip
import hashlib
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "src" / "propdesk" / "web" / "static" / "vendor"
PACKAGES = tomllib.loads((VENDOR / "VENDORED.toml").read_text("utf-8"))["package"]


def test_every_file_is_listed_with_its_checksum() -> None:
    listed = {name: sha for package in PACKAGES for name, sha in package["sha256"].items()}
    found = {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "VENDORED.toml"
    }
    assert found == listed


@pytest.mark.parametrize("package", PACKAGES, ids=lambda each: each["name"])
def test_licence_and_notice(package: dict[str, str]) -> None:
    assert package["licence"] == "MIT"
    notice = (ROOT / "NOTICE").read_text("utf-8")
    assert f"{package['name']} {package['version']}".lower() in notice.lower()


def test_the_packed_sheet_is_the_sheet() -> None:
    for name in ("tabler.min.css", "tabler.rtl.min.css"):
        sheet = VENDOR / "tabler" / name
        assert gzip.decompress(sheet.with_name(f"{name}.gz").read_bytes()) == sheet.read_bytes()


def test_no_sheet_or_script_fetches_from_elsewhere() -> None:
    for path in [*VENDOR.rglob("*.css"), *VENDOR.rglob("*.js")]:
        text = path.read_text("utf-8")
        assert "sourceMappingURL" not in text
        assert not re.search(r"url\([\"']?(?!data:|#)[a-z./]", text), path.name
        assert "@import" not in text
