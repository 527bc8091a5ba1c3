"""Where this package comes from; `chatcompletions.spec` shows it."""

SOURCE: str | None = "openapi-2026-08-21-f85dbe2.yaml"
REVISION: str | None = "f85dbe2"
DATE: str | None = "2026-08-21"
SHA256: str | None = "43791b44527003a4fc0590819c8979b5475c45f12c4276d65f4fb3f0fe573076"
RULES: int | None = 1
PIN_SHA256 = "3dbf1939ffeaa4b068c4a49c2a96aac78c0e5fc0a59911cb78a89f44cd13f578"
GENERATOR = "openapi-python-client"
GENERATOR_VERSION = "0.29.1"
