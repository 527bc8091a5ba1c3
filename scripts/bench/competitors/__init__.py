"""The ways to call the API that are compared: one module each, one class `Competitor` in each.

Every method reads the same fields of an answer and returns what they add up to, so that equal work can be checked.
"""

#: What each call sends.
MESSAGES = (
    {"role": "system", "content": "Answer in one sentence."},
    {"role": "user", "content": "Where do the Danube, the Rhine and the Rhône begin and end?"},
)
KEY = "sk-bench"
#: Room for all calls in flight, the same for every competitor.
CONNECTIONS = 1_000
TIMEOUT = 60.0
