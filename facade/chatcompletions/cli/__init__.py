"""The command ``chatcompletions``: ask, and look at, label, export and delete what is stored.

It needs the extra ``cli`` (``pip install 'chatcompletions[cli]'``); ``chatcompletions --help`` lists what it does.
"""
