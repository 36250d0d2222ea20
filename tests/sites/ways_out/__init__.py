"""Ways out: pages and answers that try to make BugHive talk to a forbidden address, and a canary that listens there.

``way`` says what a way is, ``navigations``, ``elements``, ``scripts`` and ``spellings`` are the lists, ``site`` serves
them, ``canary`` counts who came.
"""
