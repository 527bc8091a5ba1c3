"""What happens in calls, told to a function of the caller's: the events of `on_event`, and OpenTelemetry's spans.

Nothing here is imported unless a client has such a function.
"""
