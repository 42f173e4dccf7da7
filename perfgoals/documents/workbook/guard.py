"""A workbook from outside is hostile until read: what is refused before openpyxl sees it."""

import io
import zipfile
import zlib

LARGEST_FILE = 10 * 1024 * 1024
LARGEST_PART = 8 * 1024 * 1024
LARGEST_TOTAL = 32 * 1024 * 1024
LARGEST_RATIO = 300
MOST_PARTS = 200
# Macros, other workbooks, queries, embedded objects: a form has none of them.
FORBIDDEN = (
    "vbaproject", "macrosheets/", "externallinks/", "embeddings/", "activex/", "connections.xml", "querytables/",
    "ctrlprops/", "customui/",
)  # fmt: skip


class Unreadable(ValueError):
    """The file cannot be read as a form. ``sheet`` and ``cell`` say where, "" if it is the file as a whole."""

    def __init__(self, message: str, *, sheet: str = "", cell: str = "") -> None:
        self.sheet, self.cell, self.message = sheet, cell, message
        super().__init__(message)

    def __str__(self) -> str:
        place = f"工作表“{self.sheet}”" if self.sheet else ""
        place += f" {self.cell} 格" if self.cell else ""
        return f"{place}：{self.message}" if place else self.message


def check_archive(data: bytes) -> None:
    """Raise ``Unreadable`` unless ``data`` is a small, plain xlsx archive without entities, macros and links."""
    if len(data) > LARGEST_FILE:
        raise Unreadable("文件超过 10 MB，不是填报用的表。")
    if not data.startswith(b"PK\x03\x04"):
        raise Unreadable("不是 xlsx 文件。请用 Excel 或 WPS 另存为“Excel 工作簿（*.xlsx）”。")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive.infolist())
            for part in archive.infolist():
                _check_part(archive, part)
    except (
        zipfile.BadZipFile,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
        zlib.error,
    ) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("文件损坏，打不开。") from error


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename.lower() for part in parts]
    if len(parts) > MOST_PARTS or len(set(names)) != len(names):
        raise Unreadable("文件的内部结构不正常。")
    if "xl/workbook.xml" not in names:
        raise Unreadable("不是 xlsx 文件。请用 Excel 或 WPS 另存为“Excel 工作簿（*.xlsx）”。")
    if any(mark in name for name in names for mark in FORBIDDEN):
        raise Unreadable("文件里有宏、外部链接或嵌入的对象，不能导入。请另存为不带这些内容的 xlsx 文件。")
    total = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if (
        total > LARGEST_TOTAL
        or total / packed > LARGEST_RATIO
        or any(p.file_size > LARGEST_PART for p in parts)
    ):
        raise Unreadable("文件展开后太大，不是填报用的表。")


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """The sizes in the directory may lie, so each part is read with a limit of its own."""
    with archive.open(part) as stream:
        content = stream.read(LARGEST_PART + 1)
    if len(content) > LARGEST_PART:
        raise Unreadable("文件展开后太大，不是填报用的表。")
    if part.filename.lower().endswith((".xml", ".rels", ".vml")):
        plain = content.replace(b"\x00", b"").upper()  # UTF-16 too
        if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
            raise Unreadable("文件里有不允许的 XML 声明。")
        if b"MACROENABLED" in plain:
            raise Unreadable("文件里有宏、外部链接或嵌入的对象，不能导入。请另存为不带这些内容的 xlsx 文件。")
