"""The lines of an exported file: a completion with its messages, or an example for fine-tuning."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ._texts import answer_text, finish_reasons, member, members

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: Why an answer ended that is whole.
_WHOLE = ("stop", "tool_calls", "function_call")
#: The members of a message that an example for fine-tuning may have,
#: see https://platform.openai.com/docs/api-reference/fine-tuning/chat-input.
_MEMBERS = ("role", "content", "name", "refusal", "tool_calls", "tool_call_id", "function_call")


def plain_rows(completion: Mapping[str, Any], messages: list[Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a completion as the API has it, with the messages that it answers."""
    yield {**completion, "messages": messages}


def fine_tuning_rows(completion: Mapping[str, Any], messages: list[Any]) -> Iterator[Mapping[str, Any]]:
    """Yield an example for each whole answer: the conversation, that answer, and the tools that it had."""
    for choice in members(completion, "choices"):
        answer = member(choice, "message")
        if member(choice, "finish_reason") not in _WHOLE or not isinstance(answer, dict):
            continue
        row: dict[str, Any] = {"messages": [*map(_example, messages), _example({"role": "assistant", **answer})]}
        row.update((name, completion[name]) for name in ("tools", "functions") if completion.get(name))
        if row.get("tools") and isinstance(completion.get("parallel_tool_calls"), bool):
            row["parallel_tool_calls"] = completion["parallel_tool_calls"]
        yield row


def _example(message: Any) -> dict[str, Any]:
    kept = {name: message[name] for name in _MEMBERS if isinstance(message, dict) and message.get(name) is not None}
    if parts := member(message, "content_parts"):
        kept["content"] = parts
    # Without a content, an answer that calls tools is refused by some.
    return kept if "content" in kept or "tool_calls" not in kept else {**kept, "content": None}


def write_parquet(lines: Path, target: Path, earlier: Path | None) -> None:
    """Write a file of Parquet from JSON lines, behind the rows of an earlier one, a batch at a time."""
    import pyarrow as pa
    from pyarrow import parquet

    pairs = pa.map_(pa.string(), pa.string())
    columns = {"id": pa.string(), "created": pa.timestamp("ms", tz="UTC"), "model": pa.string(), "answer": pa.string()}
    columns |= {"finish_reason": pa.string(), "prompt_tokens": pa.int64(), "completion_tokens": pa.int64()}
    columns |= {"total_tokens": pa.int64(), "metadata": pairs, "messages": pa.string(), "completion": pa.string()}
    schema = pa.schema(list(columns.items()))
    with parquet.ParquetWriter(target, schema) as writer:
        if earlier is not None:
            with parquet.ParquetFile(earlier) as old:
                for batch in old.iter_batches(1_000):
                    writer.write_table(pa.Table.from_batches([batch]).cast(schema))
        with lines.open("rb") as file:
            rows: list[dict[str, Any]] = []
            for line in file:
                rows.append(_columns(json.loads(line)))
                if len(rows) == 1_000:
                    writer.write_table(pa.Table.from_pylist(rows, schema))
                    rows.clear()
            writer.write_table(pa.Table.from_pylist(rows, schema))


def _columns(completion: dict[str, Any]) -> dict[str, Any]:
    messages, created, usage = completion.pop("messages", []), completion.get("created"), completion.get("usage")
    metadata, model = completion.get("metadata"), completion.get("model")
    counts = {name: member(usage, name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")}
    return {
        "id": completion.get("id"),
        "created": int(created * 1_000) if isinstance(created, int | float) else None,
        "model": model if isinstance(model, str) else None,
        "answer": _kept(answer_text(completion)),
        "finish_reason": ",".join(dict.fromkeys(finish_reasons(completion))) or None,
        **{name: value if isinstance(value, int) else None for name, value in counts.items()},
        "metadata": [(key, str(value)) for key, value in metadata.items()] if isinstance(metadata, dict) else [],
        "messages": json.dumps(messages),
        "completion": json.dumps(completion),
    }


def _kept(text: str) -> str:
    return text.encode(errors="replace").decode()
