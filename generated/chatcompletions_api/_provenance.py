"""Where this package comes from; `chatcompletions.spec` shows it."""

SOURCE: str | None = "openapi-2026-08-21-f85dbe2.yaml"
REVISION: str | None = "f85dbe2"
DATE: str | None = "2026-08-21"
SHA256: str | None = "43791b44527003a4fc0590819c8979b5475c45f12c4276d65f4fb3f0fe573076"
RULES: int | None = 1
PIN_SHA256 = "4f64096717cdd77cd6d7eca38892617db0ed6fdc1b0b60f3447cf903b60705f8"
GENERATOR = "openapi-python-client"
GENERATOR_VERSION = "0.29.1"
