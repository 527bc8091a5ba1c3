"""What a created completion holds."""

import base64
import io
import json
import wave
from collections.abc import Callable
from typing import Any

import httpx
import jsonschema
import pytest

from chatcompletions.server._envelope import _duration

Create = Callable[..., dict[str, Any]]

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "people": {"type": "integer", "minimum": 1}},
    "required": ["city", "people"],
    "additionalProperties": False,
}


def text_of(completion: dict[str, Any]) -> str:
    return completion["choices"][0]["message"]["content"]


def test_an_answer_says_that_it_is_canned_and_repeats_the_question(create: Create) -> None:
    """An answer says that no model was asked, and quotes the last user message."""
    text = text_of(create("Name three rivers."))
    assert "canned" in text
    assert "no model" in text
    assert '"Name three rivers."' in text


def test_a_long_question_is_shortened(create: Create) -> None:
    """A quoted message is one short line."""
    text = text_of(create("word\n" * 5_000))
    assert "\n" not in text
    assert len(text) < 200


def test_parts_of_a_message_are_read(create: Create) -> None:
    """The text parts of a message count as its text, the others as nothing."""
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    parts = [{"type": "text", "text": "What is this?"}, image]
    completion = create(messages=[{"role": "user", "content": parts}])
    assert '"What is this?"' in text_of(completion)
    assert completion["usage"]["prompt_tokens"] == 4


def test_equal_requests_get_equal_answers_with_ids_of_their_own(create: Create) -> None:
    """Two equal requests get the same choices and usage, but not the same id."""
    first, second = create(n=2, logprobs=True), create(n=2, logprobs=True)
    assert first["choices"] == second["choices"]
    assert first["usage"] == second["usage"]
    assert first["id"] != second["id"]


def test_usage_counts_words_and_punctuation_marks(create: Create) -> None:
    """A token is a word or a punctuation mark, in the prompt and in the answer."""
    usage = create("One, two.", max_tokens=5)["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (4, 5, 9)


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_a_limit_cuts_the_text(create: Create, name: str) -> None:
    """A limit of tokens cuts the text there, and the finish reason says so."""
    completion = create(**{name: 3})
    assert text_of(completion) == "This is a"
    assert completion["choices"][0]["finish_reason"] == "length"


@pytest.mark.parametrize("stop", ["canned", ["nowhere", "canned", "local"]])
def test_a_stop_sequence_ends_the_text_before_it(create: Create, stop: object) -> None:
    """The text ends before the first stop sequence, which is an ordinary end."""
    completion = create(stop=stop)
    assert text_of(completion) == "This is a "
    assert completion["choices"][0]["finish_reason"] == "stop"


def test_a_stop_sequence_behind_the_limit_does_not_count(create: Create) -> None:
    """Where the limit comes first, the finish reason is the limit's."""
    assert create(stop="canned", max_tokens=2)["choices"][0]["finish_reason"] == "length"


def test_n_asks_for_that_many_choices(create: Create) -> None:
    """Each of n choices has its index and its own text."""
    choices = create(n=3)["choices"]
    assert [choice["index"] for choice in choices] == [0, 1, 2]
    assert len({choice["message"]["content"] for choice in choices}) == 3


def test_a_whole_number_may_have_a_fraction_of_zero(create: Create) -> None:
    """1.0 is an integer, as by JSON Schema."""
    sent = {"n": 2.0, "max_completion_tokens": 3.0, "logprobs": True, "top_logprobs": 1.0}
    assert len(create(**sent)["choices"]) == 2


def test_log_probabilities_spell_the_text(create: Create) -> None:
    """The tokens of the log probabilities, by text and by bytes, add up to the answer."""
    completion = create("Größe?", logprobs=True, top_logprobs=3)
    scored = completion["choices"][0]["logprobs"]["content"]
    assert "".join(entry["token"] for entry in scored) == text_of(completion)
    assert bytes(byte for entry in scored for byte in entry["bytes"]).decode() == text_of(completion)
    assert all(entry["logprob"] <= 0 for entry in scored)
    assert all(len(entry["top_logprobs"]) == 3 for entry in scored)
    assert all(entry["top_logprobs"][0]["token"] == entry["token"] for entry in scored)


def test_a_json_object_is_answered_with_one(create: Create) -> None:
    """The response format json_object gets a JSON object that says it is canned."""
    assert "canned" in json.loads(text_of(create("Some JSON.", response_format={"type": "json_object"})))["note"]


def test_a_json_schema_is_answered_with_a_fitting_value(create: Create) -> None:
    """The response format json_schema gets a value that its schema accepts."""
    layout = {"type": "json_schema", "json_schema": {"name": "city", "schema": SCHEMA, "strict": True}}
    jsonschema.validate(json.loads(text_of(create(response_format=layout))), SCHEMA)


#: How each format begins, as the programs know it that tell formats apart.
AUDIO = {"wav": b"RIFF", "mp3": b"\xff\xf3", "flac": b"fLaC", "opus": b"OggS", "aac": b"\xff\xf1", "pcm16": bytes(480)}


@pytest.mark.parametrize("form", AUDIO)
def test_audio_is_silence_with_a_transcript(create: Create, form: str) -> None:
    """An answer in audio holds some silence in the format that was asked for, and its text as the transcript only."""
    completion = create(modalities=["text", "audio"], audio={"voice": "alloy", "format": form})
    message = completion["choices"][0]["message"]
    data = base64.b64decode(message["audio"]["data"])
    assert data.startswith(AUDIO[form])
    if form == "wav":
        with wave.open(io.BytesIO(data)) as file:
            assert file.readframes(file.getnframes()) == bytes(480)
    assert message["content"] is None
    assert "canned" in message["audio"]["transcript"]
    assert message["audio"]["expires_at"] > completion["created"]
    assert completion["usage"]["completion_tokens_details"]["audio_tokens"] > 0


@pytest.mark.parametrize(
    ("asked", "served"),
    [(None, "default"), ("auto", "default"), ("default", "default"), ("flex", "flex"), ("fast", "priority")],
)
def test_the_service_tier_is_the_one_that_served(create: Create, asked: str | None, served: str) -> None:
    """The answer tells the tier that a request got: "auto" is the default one, and "fast" is "priority"."""
    assert create(service_tier=asked)["service_tier"] == served


@pytest.mark.parametrize("parts", [False, True])
def test_a_prediction_is_compared_with_the_answer(create: Create, parts: bool) -> None:
    """The usage tells the predicted tokens that the answer has, and those that it lacks, which count as written."""
    text = "This is a canned answer of another kind."
    content: object = [{"type": "text", "text": text}] if parts else text
    plain, usage = create(n=2)["usage"], create(n=2, prediction={"type": "content", "content": content})["usage"]
    details = usage["completion_tokens_details"]
    assert (details["accepted_prediction_tokens"], details["rejected_prediction_tokens"]) == (14, 4)
    assert usage["completion_tokens"] == plain["completion_tokens"] + 4
    assert usage["total_tokens"] == plain["total_tokens"] + 4


def test_moderation_finds_nothing(create: Create) -> None:
    """Asked for moderation, the answer has a verdict on each message and on each choice; else it has none."""
    assert "moderation" not in create()
    found = create(n=2, moderation={"model": "omni-moderation-latest"})["moderation"]
    assert [len(found[side]["results"]) for side in ("input", "output")] == [1, 2]
    verdict = found["output"]["results"][1]
    assert not verdict["flagged"]
    assert verdict["categories"].keys() == verdict["category_scores"].keys()
    assert not any(verdict["categories"].values())


def test_rate_limits_are_told(client: httpx.Client) -> None:
    """The headers of a completion tell limits, what is left, and when it is whole again, in the service's words."""
    body = {"model": "m", "messages": [{"role": "user", "content": "word " * 300_000}], "max_tokens": 1}
    for stream in (False, True):
        headers = client.post("/chat/completions", json={**body, "stream": stream}).headers
        told = {name.removeprefix("x-ratelimit-"): value for name, value in headers.items() if "ratelimit" in name}
        assert told == {
            "limit-requests": "10000",
            "remaining-requests": "9999",
            "reset-requests": "6ms",
            "limit-tokens": "2000000",
            "remaining-tokens": "1699998",
            "reset-tokens": "9s",
        }


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (0.0001, "1ms"), (1, "1s"), (1.25, "1.25s"), (59.9999, "1m0s"), (390, "6m30s")]
)
def test_times_are_in_the_services_words(seconds: float, text: str) -> None:
    """A time is told in milliseconds below a second, and in minutes and seconds above a minute."""
    assert _duration(seconds) == text


@pytest.mark.parametrize(("effort", "tokens"), [("none", 0), ("low", 16), ("high", 64)])
def test_reasoning_effort_shows_in_the_usage(create: Create, effort: str, tokens: int) -> None:
    """More effort means more reasoning tokens, and they count as completion tokens."""
    plain, usage = create()["usage"], create(reasoning_effort=effort)["usage"]
    assert usage["completion_tokens_details"]["reasoning_tokens"] == tokens
    assert usage["completion_tokens"] == plain["completion_tokens"] + tokens


def test_reasoning_keeps_to_the_limit(create: Create) -> None:
    """No usage tells of more completion tokens than the request allowed."""
    assert create(reasoning_effort="max", max_completion_tokens=40)["usage"]["completion_tokens"] == 40


def test_null_is_as_good_as_left_out(create: Create) -> None:
    """A parameter that the API lets be null changes nothing when it is."""
    names = [
        "n",
        "stop",
        "store",
        "stream",
        "metadata",
        "temperature",
        "logprobs",
        "max_tokens",
        "modalities",
    ]
    assert create(**dict.fromkeys(names))["choices"] == create()["choices"]


def test_text_beyond_ascii_comes_back_as_it_was(create: Create) -> None:
    """Non-ASCII text, line separators and escaped quotes survive."""
    assert 'say "ü 日本 \U0001f600"' in text_of(create('say "ü 日本 \U0001f600"'))


def test_every_answer_has_a_request_id_and_a_duration(client: httpx.Client) -> None:
    """Good or bad, an answer has a request id of its own and tells how long it took."""
    responses = [client.get("/chat/completions"), client.get("/nowhere"), client.post("/chat/completions")]
    ids = [response.headers["x-request-id"] for response in responses]
    assert len(set(ids)) == 3
    assert all(name.startswith("req_") for name in ids)
    assert all(response.headers["openai-processing-ms"].isdecimal() for response in responses)
