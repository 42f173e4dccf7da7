"""What others made stands in the tree as its manifest says, and nothing fetches from elsewhere."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
MANIFESTS = ["static/fonts/MANIFEST.toml", "static/vendor/MANIFEST.toml", "tests/vendor/MANIFEST.toml"]
OWN = [
    path
    for folder in ("static", "tests/vendor")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".css", ".js", ".mjs", ".svg"}
]
# What would make a browser or WeasyPrint go out: url(), @import, import, fetch, new Worker, sourceMappingURL, src=.
FETCHES = re.compile(
    r"""(?:url\(\s*["']?|@import\s+["']|import\s*\(?\s*["']|from\s*["']|fetch\(\s*["'`]|Worker\(\s*["']|"""
    r"""sourceMappingURL=|\bsrc\s*=\s*\\?["']|href\s*=\s*\\?["'])\s*(?:https?:)?//"""
)


def entries(manifest):
    data = tomllib.loads((ROOT / manifest).read_text("utf-8"))
    return [(entry, (ROOT / manifest).parent / entry["path"]) for entry in data["file"]]


def characters(name):
    with TTFont(ROOT / "static/fonts" / name, lazy=True) as font:
        return set(font.getBestCmap())


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_files_are_what_the_manifest_says(manifest):
    for entry, path in entries(manifest):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"], path
        assert entry["licence"]
        assert entry["version"]


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_every_file_beside_a_manifest_is_in_it(manifest):
    folder = (ROOT / manifest).parent
    listed = {path for _, path in entries(manifest)} | {folder / "MANIFEST.toml"}
    assert {path for path in folder.rglob("*") if path.is_file()} == listed


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_manifest_names_packages_and_no_registry(manifest):
    assert "://" not in (ROOT / manifest).read_text("utf-8")


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_is_fetched_from_another_host(path):
    text = path.read_text("utf-8")
    assert FETCHES.findall(text) == []
    assert "sourceMappingURL" not in text


def test_fetches_are_found():
    """The net above has no hole where it matters."""
    for text in (
        "a{background:url(https://x/y.png)}",
        "@import '//x/y.css'",
        'import a from "https://x/y.js"',
        "//# sourceMappingURL=https://x",
    ):
        assert FETCHES.search(text)


def test_fonts_are_renamed_truetype_with_their_characters():
    for entry, path in entries("static/fonts/MANIFEST.toml"):
        if path.suffix != ".ttf":
            continue
        with TTFont(path, lazy=True) as font:
            assert "glyf" in font
            assert font["name"].getBestFamilyName() == entry["family"]
            assert len(font.getBestCmap()) == entry["characters"]


def test_fonts_cover_gb18030_levels_1_and_2_and_the_common_table_twice():
    common, rare, bold = map(characters, ("form-song.ttf", "form-song-ext.ttf", "form-hei.ttf"))
    lines = (ROOT / "script/make-fonts.hanzi.txt").read_text("utf-8").splitlines()
    beyond = {ord(c) for line in lines if not line.startswith("#") for c in line}
    assert len(beyond) == 1467
    gb2312 = set()
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                gb2312.add(ord(bytes([high, low]).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    symbols = {ord(c) for c in "√□☑☐☒✓✔≥≤‰№①⑳〔〕《》“”‘’×÷±℃㎡㎥￥—…·◎■Ⅰ〇°§²³→～≠∑⑴㈠"}
    assert gb2312 | beyond | symbols <= common
    assert gb2312 | beyond | symbols <= bold
    level1 = set(range(0x4E00, 0xA000)) | set(range(0x3400, 0x4DC0))
    assert level1 - common - rare == set()
    assert not common & rare
    assert {ord(c) for c in "㛃䶮𬭎堃喆𬇙㙍䢺㟃赟翀昇玥"} <= common | rare
