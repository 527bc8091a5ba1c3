"""The page to look at what is stored: a list, one completion with its messages, its metadata, and its end.

It is plain HTML made here, without scripts. What is stored comes from models and strangers: it is shown as text, its
control characters written out, and a policy forbids the browser to run or load anything.
"""

from .app import page

__all__ = ["page"]
