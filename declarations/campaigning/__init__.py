"""批次 on screen: opening and changing them, and how far the units are. The acts are in ``perfgoals.campaigns``."""
