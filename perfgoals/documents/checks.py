"""Start-up checks of the paper: what is missing makes PDFs impossible, or slow without a word."""

import ctypes
import ctypes.util
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register

from perfgoals.documents.pdf import FONTS, STYLES, static_root

# As WeasyPrint looks for them. It imports in a third of a second, so the check asks the loader instead.
PANGO = (("libpango-1.0.so.0", "pango-1.0"), ("libpangoft2-1.0.so.0", "pangoft2-1.0"))
SUBSETTER = ("libharfbuzz-subset.so.0", "harfbuzz-subset")
INSTALL = "apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


@register()
def paper_can_be_printed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Fonts and style sheets stand in ``static/``; Pango and the HarfBuzz subsetter can be loaded."""
    found: list[CheckMessage] = []
    wanted = (*(f"fonts/{font}" for font in FONTS), *STYLES)
    if missing := [name for name in wanted if not (static_root() / name).is_file()]:
        hint = "重新取一次代码，或运行 script/make-fonts。"
        found.append(Error(f"缺少打印用的文件：{'、'.join(missing)}。", hint=hint, id="documents.E001"))
    if lost := [names[0] for names in PANGO if not has_library(*names)]:
        found.append(Error(f"缺少系统库：{'、'.join(lost)}，不能打印。", hint=INSTALL, id="documents.E002"))
    if not has_library(*SUBSETTER):
        text = "缺少系统库 libharfbuzz-subset，打印会慢 3 到 32 倍。"
        found.append(Warning(text, hint=INSTALL, id="documents.W001"))
    return found


def has_library(*names: str) -> bool:
    """Whether the loader finds the library under its file name or its short name."""
    for name in (*names, ctypes.util.find_library(names[-1]) or ""):
        try:
            if name:
                ctypes.CDLL(name)
                return True
        except OSError:
            continue
    return False
