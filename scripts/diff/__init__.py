"""Compare two OpenAPI documents by what they mean for a caller; `scripts/spec_diff.py` is the command.

Both documents are cut, stripped and settled like a pin first, so that spelling makes no difference: `nullable` or null,
`$ref` or inline, `allOf` or merged, order, prose. The differs that Python can use ignore the unions of OpenAPI 3.1.
"""
