"""The product's settings plus one empty page to compare with."""

from perfgoals.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
LOGGING["loggers"]["django_structlog"] = {"level": "WARNING"}  # noqa: F405  two lines a request are not what is measured
STATIC_ROOT = BASE_DIR / "static"  # noqa: F405  collected or not is not what is measured
