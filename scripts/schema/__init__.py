"""Read JSON Schema as OpenAPI documents write it: follow references, settle null, unions and `allOf`, once for all."""
