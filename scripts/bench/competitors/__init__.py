"""The ways to call the API that are compared: one module each, one class `Competitor` in each.

Every method reads the same fields of an answer and returns what they add up to, so that equal work can be checked.
"""

import sys

# httpx imports its command line where click is installed, its HTTP/2 where h2 is and its locks where trio is, and here
# they are, for the tools and tests of this package. A user's environment need not have them, and they would hide what
# the clients themselves cost: trio, for one, imports attrs.
for _name in ("click", "h2", "trio"):
    sys.modules[_name] = None  # type: ignore[assignment]

#: What each call sends.
MESSAGES = (
    {"role": "system", "content": "Answer in one sentence."},
    {"role": "user", "content": "Where do the Danube, the Rhine and the Rhône begin and end?"},
)
KEY = "sk-bench"
#: Room for all calls in flight, the same for every competitor.
CONNECTIONS = 1_000
TIMEOUT = 60.0
