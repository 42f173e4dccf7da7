"""Static files in production: hashed names, compressed, for ever in the browser's cache."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites the imports between our own ES modules, so that a release never mixes old and new scripts.

    Only ``js/``: a library may ship modules whose imports lead outside of what it ships.
    """

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
    )
