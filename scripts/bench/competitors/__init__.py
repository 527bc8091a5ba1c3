"""The ways to call the API that are compared: one module each, one class `Competitor` in each.

Every method reads the same fields of an answer and returns what they add up to, so that equal work can be checked.
"""

import sys

# httpx imports its command line where click is installed, as it is here for a tool that builds this package.
# A user's environment need not have it, and it would hide what the clients themselves cost.
sys.modules["click"] = None  # type: ignore[assignment]

#: What each call sends.
MESSAGES = (
    {"role": "system", "content": "Answer in one sentence."},
    {"role": "user", "content": "Where do the Danube, the Rhine and the Rhône begin and end?"},
)
KEY = "sk-bench"
#: Room for all calls in flight, the same for every competitor.
CONNECTIONS = 1_000
TIMEOUT = 60.0
