import subprocess
import sys
import threading
from typing import Any

import pytest

import chatcompletions_api.models as models
from tests.unit.generated.conftest import Emit

MODULES = "sorted(name.rpartition('.')[2] for name in sys.modules if name.startswith('chatcompletions_api.models.'))"


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    return done.stdout.strip()


def test_importing_the_models_imports_none() -> None:
    """A model's module is imported when the model is first used, and no other module with it."""
    code = f"import sys; from chatcompletions_api import models; print({MODULES}); models.Choice; print({MODULES})"
    assert run(code).splitlines() == ["[]", "['choice']"]


def test_reading_imports_what_came() -> None:
    """Reading imports only the models that the object holds, not all that it could hold."""
    code = (
        "import sys; from chatcompletions_api import models;"
        "models.Choice.from_dict({'message': {'role': 'assistant', 'content': 'hi', 'audio': None}, 'logprobs': None});"
        f"print({MODULES})"
    )
    assert run(code) == "['chat_completion_response_message', 'choice']"


def test_all_is_sorted_and_complete() -> None:
    """The list of public names is sorted, each name is an attribute, and dir() shows them all."""
    assert list(models.__all__) == sorted(set(models.__all__))
    assert set(models.__all__) <= set(dir(models))
    for name in models.__all__:
        assert getattr(models, name) is vars(models)[name]
    names: dict[str, Any] = {}
    exec("from chatcompletions_api.models import *", names)  # noqa: S102 - `import *` is allowed at module level only
    assert set(models.__all__) <= names.keys()


def test_an_unknown_model_is_an_attribute_error() -> None:
    """A name that no model has raises an AttributeError that says so."""
    with pytest.raises(AttributeError, match=r"'chatcompletions_api\.models' has no attribute 'Chioce'"):
        models.Chioce  # type: ignore[attr-defined] # noqa: B018 - asking is the test
    assert not hasattr(models, "__wrapped__")


def test_threads_may_race_for_a_model(emit: Emit) -> None:
    """Threads that use the same model for the first time at once all get the same class."""
    emitted: Any = emit({"Point": {"type": "object", "properties": {"x": {"type": "integer"}}}})
    got: list[Any] = []
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait()
        got.append(emitted.Point)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [emitted.Point] * 8
