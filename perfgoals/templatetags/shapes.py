"""The shapes of the house, on a 16 × 16 grid; strokes take the colour of the word beside them.

``f`` fills with that colour, ``k`` draws in paper colour on a filled shape, ``lo`` is the pale part of a bar.
"""

_OCTAGON = (
    '<path class="f" d="M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2z"/>'
    '<path class="k" d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2"/>'
)
_DIAMOND = (
    '<path d="M8 1.4L14.6 8 8 14.6 1.4 8z"/>'
    '<path d="M6.5 6.6a1.5 1.5 0 1 1 2.1 1.3c-.4.2-.6.5-.6 1v.2"/><path d="M8 10.6v.6"/>'
)
_CIRCLE_I = '<circle cx="8" cy="8" r="6.2"/><path d="M8 7.2V11.4M8 4.6v.9"/>'
_TICK = '<path d="M3 8.4l3.3 3.3L13 5"/>'

SHAPES = {
    "brand": '<path d="M2.2 3h11.6M5 8h8.8M7.8 13h6M2.2 3v10h3M2.2 8h2.6" stroke-width="1.8"/>',
    # levels
    "error": _OCTAGON,
    "err": _OCTAGON,
    "doubt": _DIAMOND,
    "ask": _DIAMOND,
    "hint": _CIRCLE_I,
    "ok": _TICK,
    # states and steps
    "pen": '<path d="M3 13l.7-3L10.5 3.2l2.3 2.3L6 12.3z"/>',
    "back": '<path d="M6.2 4L3 7.2l3.2 3.2M3.2 7.2h6.3a3.3 3.3 0 0 1 0 5.6H7"/>',
    "clock": '<circle cx="8" cy="8" r="5.6"/><path d="M8 4.8V8l2.3 1.6"/>',
    "tick": '<circle cx="8" cy="8" r="5.6"/><path d="M5.2 8.2l2 2 3.6-4"/>',
    "half": '<circle cx="8" cy="8" r="5.2"/><path class="f" d="M8 2.8a5.2 5.2 0 0 1 0 10.4z"/>',
    "ring": '<circle cx="8" cy="8" r="5.2"/>',
    "lock": '<path d="M3.6 7.2h8.8v6H3.6zM5.4 7V5a2.6 2.6 0 0 1 5.2 0v2"/>',
    "save": '<circle cx="8" cy="8" r="5.6" stroke-dasharray="2.4 2"/>',
    "offline": (
        '<path d="M2 2l12 12M3 6.8a7.4 7.4 0 0 1 3-1.7M9 4.8A7.6 7.6 0 0 1 13 6.8M5 9.4a4.6 4.6 0 0 1 3.4-1.2"/>'
        '<circle class="f" cx="8" cy="12" r="1.1"/>'
    ),
    # handles
    "cross": '<path d="M4 4l8 8M12 4l-8 8"/>',
    "plus": '<path d="M8 3v10M3 8h10"/>',
    "up": '<path d="M8 13V3.6M4 7.4l4-4 4 4"/>',
    "down": '<path d="M8 3v9.4M4 8.6l4 4 4-4"/>',
    "left": '<path d="M10 3.4L5.4 8l4.6 4.6"/>',
    "right": '<path d="M6 3.4L10.6 8 6 12.6"/>',
    "copy": '<path d="M5.6 5.6h7.2v7.6H5.6zM10.4 5.4V2.8H3.2v7.6h2.2"/>',
    "drag": (
        '<g class="f"><circle cx="6" cy="4" r="1.1"/><circle cx="10" cy="4" r="1.1"/><circle cx="6" cy="8" r="1.1"/>'
        '<circle cx="10" cy="8" r="1.1"/><circle cx="6" cy="12" r="1.1"/><circle cx="10" cy="12" r="1.1"/></g>'
    ),
    "undo": '<path d="M5.8 3.4L2.8 6.4l3 3M3 6.4h6.4a3.6 3.6 0 0 1 0 7.2H6.6"/>',
    "file": '<path d="M4 2.4h5.4L12.6 5.6v8H4zM9.2 2.6v3.2h3.2"/>',
    "download": '<path d="M8 2.6v7.6M4.6 7L8 10.4 11.4 7M3 13.4h10"/>',
    "search": '<circle cx="7" cy="7" r="4.2"/><path d="M10.2 10.2l3.4 3.4"/>',
    "dots": (
        '<circle class="f" cx="3.4" cy="8" r="1.3"/><circle class="f" cx="8" cy="8" r="1.3"/>'
        '<circle class="f" cx="12.6" cy="8" r="1.3"/>'
    ),
    # reviewer's order
    "rank1": '<path class="f" d="M2 10h3v4H2z"/><path class="lo" d="M6.5 6h3v8h-3zM11 2h3v12h-3z"/>',
    "rank2": '<path class="f" d="M2 10h3v4H2zM6.5 6h3v8h-3z"/><path class="lo" d="M11 2h3v12h-3z"/>',
    "rank3": '<path class="f" d="M2 10h3v4H2zM6.5 6h3v8h-3zM11 2h3v12h-3z"/>',
}
