from typing import Any, Literal, cast

GrammarSyntax = Literal["lark", "regex"]


def check_grammar_syntax(value: Any) -> GrammarSyntax:
    """Return the value as it came: one that the API adds later is read like the known ones."""
    return cast(GrammarSyntax, value)
