"""Documents as PDF/A-3: tagged, fonts embedded, the document itself attached, the same bytes every time.

WeasyPrint must not share its font configuration between threads and leaks with every new one (GLib), so each thread
that prints has one engine for ever. Requests print through ``printing``, in processes of their own.
"""

import atexit
import datetime
import hashlib
import io
import threading
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import pikepdf
from django.conf import settings

from perfgoals.documents import glyphs, paper
from perfgoals.documents.behind import Behind
from perfgoals.documents.declaration import BadDocument, DeclarationDocument
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.documents.kinds import Document
from perfgoals.documents.monitoring import MonitoringDocument
from perfgoals.documents.parts import Paper
from perfgoals.documents.points import Points
from perfgoals.editions import Edition, get_edition

ATTACHMENT, EVALUATION, MONITORING = "declaration.json", "evaluation.json", "monitoring.json"
FONTS = ("form-song.ttf", "form-song-ext.ttf", "form-hei.ttf")
STYLES = ("css/paper.css", "css/paper-print.css")
VARIANT = "pdf/a-3a"
INTENT = "srgb-of-weasyprint"  # any name but its own "srgb", for which it opens the profile again and never closes it
LARGEST_PDF = 30 * 1024 * 1024
LARGEST_JSON = 4 * 1024 * 1024
# Attachments carry dates; one moment for all keeps the bytes the same.
_MOMENT = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


class MissingGlyph(Exception):
    """The fonts of the paper have no shape for ``character`` at ``path``. Nothing is printed with a box in it."""

    def __init__(self, character: str, path: str) -> None:
        self.character, self.path = character, path
        super().__init__(character, path)

    def __str__(self) -> str:
        return f"字库中没有“{self.character}”（U+{ord(self.character):04X}），无法打印。"


class Unreadable(ValueError):
    """The file is not a PDF of ours, or was changed. The message is Chinese."""


class Engine(NamedTuple):
    """What one thread needs to print, made once."""

    fonts: Any
    styles: list[Any]
    fetcher: Any
    characters: frozenset[str]
    colours: Any


_own = threading.local()


def engine() -> Engine:
    """This thread's engine; the first call costs half a second."""
    if not hasattr(_own, "engine"):
        _own.engine = _start()
        # GLib is gone when the interpreter clears what is left.
        atexit.register(_own.__dict__.clear)
    return _own.engine  # type: ignore[no-any-return]


def make_pdf(
    document: Document,
    edition: Edition,
    *,
    watermark: str = "",
    annexes: Iterable[Behind] = (),
    points: Points | None = None,
) -> bytes:
    """The official PDF of one document, its annexes behind it. Raises ``MissingGlyph``.

    ``points``: what was computed for a self-evaluation and stands in no document.
    """
    laid_out = _laid_out(document, edition, watermark=watermark, points=points)
    pages = list(laid_out.pages)
    for annex in annexes:
        _check_texts(annex.texts())
        pages += _pages(annex.html(watermark=watermark)).pages
    return _write(laid_out.copy(pages) if len(pages) > len(laid_out.pages) else laid_out, [document])


def make_book(documents: Iterable[Document]) -> bytes:
    """Many documents in one file, in the order given, each beginning on a new page with its own numbers.

    They are laid out one by one and written once, so each font is embedded once. All of them are attached.
    """
    kept = list(documents)
    if not kept:
        raise ValueError("a book needs a document")
    laid_out = [_laid_out(document, get_edition(document.form)) for document in kept]
    pages = [page for one in laid_out for page in one.pages]
    return _write(laid_out[0].copy(pages), kept)


def check_glyphs(sheet: Paper, *, watermark: str = "") -> None:
    """Raise ``MissingGlyph`` for the first character that the fonts cannot draw."""
    _check_texts((*paper.printed_texts(sheet), ("watermark", watermark)))


def _check_texts(texts: Iterable[tuple[str, str]]) -> None:
    characters = engine().characters
    for path, text in texts:
        if missing := set(text) - characters:
            raise MissingGlyph(next(c for c in text if c in missing), path)


def make_sheet(text: str, texts: Iterable[tuple[str, str]], *, name: str, data: str, fingerprint: str) -> bytes:
    """The PDF of another official sheet than a form: ``text`` is its whole HTML, ``data`` its canonical JSON, attached.

    ``texts`` are the values printed, with their paths. Raises ``MissingGlyph``.
    """
    _check_texts(texts)
    return _write_with(_pages(text), [_attachment(name, data, fingerprint)])


def read_attached(data: bytes) -> DeclarationDocument:
    """The declaration inside a PDF of ours. Raises ``Unreadable``: another's file, a changed attachment, a book."""
    text = _attached(data)
    try:
        return DeclarationDocument.from_json(text)
    except BadDocument as error:
        raise Unreadable(str(error)) from error


def read_attached_evaluation(data: bytes) -> EvaluationDocument:
    """The self-evaluation inside a PDF of ours. Raises ``Unreadable`` as ``read_attached`` does."""
    text = _attached(data)
    try:
        return EvaluationDocument.from_json(text)
    except BadDocument as error:
        raise Unreadable(str(error)) from error


def read_attached_monitoring(data: bytes) -> MonitoringDocument:
    """The monitoring report inside a PDF of ours. Raises ``Unreadable`` as ``read_attached`` does."""
    text = _attached(data)
    try:
        return MonitoringDocument.from_json(text)
    except BadDocument as error:
        raise Unreadable(str(error)) from error


def _attached(data: bytes) -> bytes:
    """The one JSON inside a PDF, as its keyword says it was."""
    if len(data) > LARGEST_PDF:
        raise Unreadable("文件太大。")
    try:
        with pikepdf.open(io.BytesIO(data)) as file:
            names = [name for name in file.attachments if name.endswith(".json")]
            if len(names) != 1:
                raise Unreadable("这不是本系统打印的单张申报表：没有附带数据，或附带了多张表。")
            attached = file.attachments[names[0]]
            said = str(file.docinfo.get("/Keywords", ""))
            facts: Any = attached.obj.EF.F.get("/Params", {})
            size = int(facts.get("/Size", 0))
            if size > LARGEST_JSON:
                raise Unreadable("附带的数据太大。")
            text = attached.get_file().read_bytes()
    except (pikepdf.PdfError, AttributeError, KeyError, TypeError) as error:
        raise Unreadable("不是能读取的 PDF 文件。") from error
    if len(text) > LARGEST_JSON:
        raise Unreadable("附带的数据太大。")
    if not said or hashlib.sha256(text).hexdigest() != said:
        raise Unreadable("附带的数据与表上的校验码不一致，文件可能被改动过。")
    return text


def _laid_out(
    document: Document, edition: Edition, *, watermark: str = "", points: Points | None = None
) -> Any:
    """A WeasyPrint document whose merged label cells are settled."""
    sheet = paper.lay_out(document, edition, points=points)
    check_glyphs(sheet, watermark=watermark)
    return _pages(paper.sheet(sheet, watermark=watermark))


def _pages(text: str) -> Any:
    import weasyprint

    fonts, styles, fetcher, *_ = engine()
    html = weasyprint.HTML(string=text, url_fetcher=fetcher, base_url="static:")
    laid_out = html.render(font_config=fonts, stylesheets=styles, pdf_variant=VARIANT)
    laid_out.color_profiles, laid_out.output_intent = {INTENT: engine().colours}, INTENT
    for page in laid_out.pages:
        _settle_tables(page._page_box)
    return laid_out


def _write(laid_out: Any, documents: list[Document]) -> bytes:
    attachments = [
        _attachment(
            _name_of(document) if len(documents) == 1 else f"{number:04}-{_name_of(document)}",
            document.to_json(),
            document.fingerprint,
        )
        for number, document in enumerate(documents, 1)
    ]
    return _write_with(laid_out, attachments)


def _name_of(document: Document) -> str:
    if isinstance(document, MonitoringDocument):
        return MONITORING
    return EVALUATION if isinstance(document, EvaluationDocument) else ATTACHMENT


def _attachment(name: str, data: str, fingerprint: str) -> Any:
    import weasyprint

    return weasyprint.Attachment(
        string=data.encode("utf-8", "surrogatepass"),
        name=name,
        description=fingerprint,
        created=_MOMENT,
        modified=_MOMENT,
        relationship="Source",
        url_fetcher=engine().fetcher,
    )


def _write_with(laid_out: Any, attachments: list[Any]) -> bytes:
    return laid_out.write_pdf(  # type: ignore[no-any-return]
        pdf_variant=VARIANT, output_intent=INTENT, attachments=attachments, finisher=_plain_metadata
    )


def _plain_metadata(_: Any, pdf: Any) -> None:
    """PDF/A-1 readers and checkers want the XMP packet uncompressed; in a PDF/A-3 it may be."""
    for found in pdf.objects:
        if getattr(found, "extra", {}).get("Type") == "/Metadata":
            found.compress = False


# Merged cells ---------------------------------------------------------------------------------------------------------
def _settle_tables(page_box: Any) -> None:
    """Keep one label of each merged cell on this page, in its middle, and the closing line at the last row.

    A merged cell is printed as one cell per row, each with the label, for a cell with rowspan loses its lines and its
    label where a page ends and breaks the headers of a tagged table.
    """
    for table in _tables(page_box):
        _pull_up_last_line(table)
        chunks: dict[str, list[Any]] = {}
        for group in table.children:
            for row in group.children:
                for cell in row.children:
                    if cell.element is not None and (key := cell.element.get("data-group")):
                        chunks.setdefault(key, []).append(cell)
        for cells in chunks.values():
            if len(cells) > 1:
                _settle(cells)


def _pull_up_last_line(table: Any) -> None:
    """Where a break was moved up to keep rows together, WeasyPrint 70 leaves the closing row at the old place."""
    *bodies, footer = table.children
    if not footer.is_footer or not bodies or not bodies[-1].children:
        return
    last = bodies[-1].children[-1]
    end = last.position_y + last.height
    if footer.position_y - end > 0.01:
        bodies[-1].height = end - bodies[-1].position_y
        footer.translate(dy=end - footer.position_y)


def _settle(cells: list[Any]) -> None:
    first, last = cells[0], cells[-1]
    for cell in cells[1:]:
        cell.children = []
    lines = [line for block in first.children for line in block.children]
    if not lines:
        return
    top, bottom = lines[0].position_y, lines[-1].position_y + lines[-1].height
    middle = (first.position_y + last.position_y + last.border_height()) / 2
    for block in first.children:
        block.translate(dy=middle - (top + bottom) / 2)


def _tables(box: Any) -> Iterator[Any]:
    from weasyprint.formatting_structure import boxes

    if isinstance(box, boxes.TableBox):
        yield box
    elif isinstance(box, boxes.ParentBox) and not isinstance(box, boxes.MarginBox):
        for child in box.children:
            yield from _tables(child)


# The engine -----------------------------------------------------------------------------------------------------------
def _start() -> Engine:
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    fetcher = _fetcher()
    fonts = FontConfiguration()
    root = static_root()
    styles = [
        weasyprint.CSS(
            string=(root / name).read_text("utf-8"),
            base_url=(root / name).as_uri(),
            font_config=fonts,
            url_fetcher=fetcher,
        )
        for name in STYLES
    ]
    return Engine(fonts, styles, fetcher, glyphs.characters(), _colours())


def _colours() -> Any:
    """The sRGB profile that comes with WeasyPrint, byte for byte: littlecms writes it anew each time, not the same."""
    from weasyprint.css import ColorProfile

    file = "sRGB2014.icc"
    raw = (resources.files("weasyprint.pdf") / file).read_bytes()

    class AsShipped(ColorProfile):  # type: ignore[misc]
        content = raw

    return AsShipped(io.BytesIO(raw), file, "relative-colorimetric", (["r"], ["g"], ["b"]))


def static_root() -> Path:
    """Our own static files, the only ones that paper may use."""
    return Path(settings.BASE_DIR) / "static"


def _fetcher() -> Any:
    """Serves files below ``static/`` and stops the printing at anything else."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    root = static_root().resolve()

    class OwnFiles(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            parts = urlsplit(url)
            path = Path(unquote(parts.path)).resolve()
            if parts.scheme != "file" or parts.netloc or not path.is_relative_to(root):
                raise FatalURLFetchingError(f"paper may not fetch {url!r}")
            return URLFetcherResponse(url, path.open("rb"), {"Content-Type": "application/octet-stream"})

    return OwnFiles()
