"""Read JSON Schema as OpenAPI documents write it: follow references, settle null, unions and `allOf` in one place."""
